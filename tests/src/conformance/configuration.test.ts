import { expect, test } from 'vitest';
import { suspendsAtEveryWait } from '../harness/configuration.ts';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

/** The suite says something about a configuration only if its services really are served in it. */
const world = useWorld({ services: { module: 'everything' } });

interface DeploymentView {
  readonly protocol_type: string;
  readonly http_version: string;
  readonly sdk_version: string;
}

test('services are served as the configuration says', async () => {
  const { serve } = world().configuration;
  const view = (await world().admin.ask(`/deployments/${world().deploymentId}`)).json<DeploymentView>();

  const overHttp1 = serve.mode === 'http1';
  expect(view).toMatchObject({
    protocol_type: overHttp1 ? 'RequestResponse' : 'BidiStream',
    http_version: overHttp1 ? 'HTTP/1.1' : 'HTTP/2.0',
    sdk_version: expect.stringContaining(serve.sdk === undefined ? '/1.17.' : `/${serve.sdk}.`),
  });
});

test('services are asked in the highest protocol version that both sides speak', async () => {
  const [min, max] = world().configuration.advertises;
  const spoken = min >= 7 ? 7 : world().target.differs('protocol-version-7', { restate: 6, holdfast: 7 });

  const { attempt } = await world().ingress.call<{ attempt: Record<string, string> }>('Greeter/whoAmI');

  expect(attempt['content-type']).toBe(`application/vnd.restate.invocation.v${Math.min(max, spoken)}`);
});

test('state is asked for key by key where it is lazy', async () => {
  const key = unique('key');
  const isLazy = world().configuration.serve.lazyState === true;
  await world().ingress.call(`EagerBox/${key}/play`, [{ op: 'set', key: 'a', value: 1 }]);

  const { invocationId } = await world().ingress.send(`EagerBox/${key}/play`, [{ op: 'get', key: 'a' }], {
    headers: { 'idempotency-key': unique('idem') },
  });
  await world().ingress.attach(invocationId);

  const rows = await world().admin.query<{ entry_type: string }>(
    `select entry_type from sys_journal where id = '${invocationId}' and entry_type like '%GetLazyState%'`,
  );
  expect(rows.length > 0).toBe(isLazy);
});

test('a handler that waits a long time is suspended at once where it is always suspended', async () => {
  const name = unique('wait');
  const { invocationId } = await world().ingress.send('Waiter/wait', name);
  await world().trace.waitFor(`waiting ${name}`);

  const expected = suspendsAtEveryWait(world().configuration) ? 'suspended' : 'running';
  const row = await world().admin.waitForStatus(invocationId, expected);

  expect(row.status).toBe(expected);
  await world().admin.act(invocationId, 'kill');
});
