import { z } from 'zod';
import type { Admin } from './admin.ts';

const counted = z.tuple([z.object({ pinned: z.number() })]);

/** How many unfinished invocations the target shows as pinned to the deployment: what an operator looks at before removing it. */
export async function countPinned(admin: Admin, deployment: string): Promise<number> {
  const rows = await admin.query(
    `SELECT count(*) AS pinned FROM sys_invocation WHERE pinned_deployment_id = '${deployment}' AND status <> 'completed'`,
  );
  return counted.parse(rows)[0].pinned;
}
