import { z } from 'zod';

/** What this demonstration asks of the admin API, as an operator would with curl. */
export interface Operator {
  /** Registers the agent served at `url`; new work goes to it from then on. Returns the deployment's id. */
  register(url: string): Promise<string>;
  /** The deployment that the invocation is pinned to, and its status; undefined when the server shows no pin. */
  findPin(invocation: string): Promise<{ deployment: string; status: string } | undefined>;
}

const registration = z.object({ id: z.string() });
const pins = z.object({
  rows: z.array(z.object({ status: z.string(), pinned_deployment_id: z.string().nullish() })),
});

export function operatorAt(adminUrl: string): Operator {
  async function post(path: string, body: object): Promise<unknown> {
    const response = await fetch(new URL(path, adminUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  return {
    register: async (url) => registration.parse(await post('/deployments', { uri: url })).id,
    findPin: async (invocation) => {
      if (!/^\w+$/u.test(invocation)) throw new Error(`"${invocation}" is not an invocation id.`);
      const query = `SELECT status, pinned_deployment_id FROM sys_invocation WHERE id = '${invocation}'`;
      const row = pins.parse(await post('/query', { query })).rows[0];
      const deployment = row?.pinned_deployment_id;
      return row === undefined || deployment == null ? undefined : { deployment, status: row.status };
    },
  };
}
