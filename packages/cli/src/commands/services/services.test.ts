import { afterAll, beforeAll, expect, test } from 'vitest';
import { RuntimeScene } from '../../runtime-scene.ts';
import { succeed } from '../../scripted-endpoint.ts';

let scene: RuntimeScene;
let deployment: string;

beforeAll(async () => {
  scene = await RuntimeScene.open();
  const services = [
    { name: 'Greeter', documentation: 'Greets\u001b[2J' },
    { name: 'Signup', kind: 'WORKFLOW' },
  ] as const;
  deployment = await scene.register(await scene.serve(services, succeed('hi')));
});

afterAll(async () => {
  await scene.close();
});

test('services are listed with the deployments that take their new work', async () => {
  const { exitCode, output } = await scene.run(['services', 'list']);

  expect(exitCode).toBe(0);
  const gap = ' '.repeat(deployment.length - 'CURRENT'.length);
  expect(output).toBe(
    [
      `SERVICE  KIND      CURRENT${gap}  REVISION  INGRESS  HANDLERS`,
      `Greeter  Service   ${deployment}  1         public   work`,
      `Signup   Workflow  ${deployment}  1         public   work\n`,
    ].join('\n'),
  );
});

test('a service is described with its handlers, and what its author wrote cannot paint the terminal', async () => {
  const { output } = await scene.run(['services', 'describe', 'Greeter']);

  expect(output).toBe(
    [
      'service   Greeter',
      'kind      Service',
      `current   ${deployment}`,
      'revision  1',
      'ingress   public',
      'about     Greets\\u001b[2J',
      '',
      'HANDLER  KIND       INGRESS  INPUT                     OUTPUT            JOURNAL KEPT  ABOUT',
      'work     Stateless  public   none or any content type  application/json  1d\n',
    ].join('\n'),
  );
});

test('an unknown service is a failure, and its name cannot leave the path', async () => {
  const { exitCode, notes } = await scene.run(['services', 'describe', '../deployments']);

  expect(exitCode).toBe(1);
  expect(notes).toBe(
    'No deployment serves the service "../deployments".\nList services with: holdfast services list.\n[SERVICE_NOT_FOUND]\n',
  );
});

test('--json prints the whole answer', async () => {
  const answer = await scene.runJson('services', 'describe', 'Signup');

  expect(answer).toMatchObject({ name: 'Signup', ty: 'Workflow', handlers: [{ name: 'work', abort_timeout: '10m' }] });
});
