import { serviceTypeText, timeText } from '../view.ts';
import type { View } from '../view.ts';

const field = (path: string): string => `record ->> '$.${path}'`;

/** One row per deployment. The first columns are Restate's. Header values may be secret and are not shown. */
export const sysDeployment: View = {
  name: 'sys_deployment',
  sql: `
    select
      id,
      ${field('address.kind')} as ty,
      ${field('address.uri')} as endpoint,
      ${timeText(field('createdAt'))} as created_at,
      ${field('minProtocolVersion')} as min_service_protocol_version,
      ${field('maxProtocolVersion')} as max_service_protocol_version,
      (select json_group_array(value ->> '$.name') from json_each(record, '$.services')) as services,
      ${field('protocolVersion')} as service_protocol_version,
      ${field('sdk')} as sdk_version,
      ${field('grade')} as grade,
      ${field('fingerprint')} as fingerprint,
      ${field('closing')} as closing,
      ${field('supersededBy')} as superseded_by,
      (select count(*) from store.service where service.record ->> '$.current' = deployment.id) as current_for_services
    from store.deployment`,
};

/** One row per service: where its new work goes. */
export const sysService: View = {
  name: 'sys_service',
  sql: `
    select
      service.name as name,
      service.record ->> '$.revision' as revision,
      coalesce(
        service.record ->> '$.publicOverride',
        (select max(not (handler.value ->> '$.ingressPrivate'))
         from store.deployment, json_each(deployment.record, '$.services') as served,
           json_each(served.value, '$.handlers') as handler
         where deployment.id = service.record ->> '$.current' and served.value ->> '$.name' = service.name)
      ) as public,
      ${serviceTypeText("service.record ->> '$.kind'")} as ty,
      service.record ->> '$.current' as deployment_id
    from store.service`,
};
