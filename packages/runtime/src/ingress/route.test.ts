import { expect, test } from 'vitest';
import { registryOne } from './ingress-scene.ts';
import { parseRoute } from './route.ts';

test.each([
  ['/Greeter/greet', { kind: 'call', handler: 'greet', key: '' }],
  ['/Greeter/greet/send', { kind: 'send', handler: 'greet', key: '' }],
  ['/Greeter/send', { kind: 'call', handler: 'send', key: '' }],
  ['/Greeter/send/send', { kind: 'send', handler: 'send', key: '' }],
  ['/Counter/k/add', { kind: 'call', handler: 'add', key: 'k' }],
  ['/Counter/k/add/send', { kind: 'send', handler: 'add', key: 'k' }],
  ['/Counter/a%2Fb%20%C3%A9/add', { kind: 'call', handler: 'add', key: 'a/b é' }],
  ['/Counter//add', { kind: 'call', handler: 'add', key: '' }],
  ['/Counter/send/send', { kind: 'call', handler: 'send', key: 'send' }],
  ['/restate/call/Greeter/greet', { kind: 'call', handler: 'greet', key: '' }],
  ['/restate/send/Counter/k/add', { kind: 'send', handler: 'add', key: 'k' }],
  ['/restate/health', { kind: 'health' }],
  ['/restate/attach', { kind: 'attachByBody' }],
  ['/restate/output', { kind: 'outputByBody' }],
  ['/restate/lookup', { kind: 'lookup' }],
  ['/restate/attach/inv_x', { kind: 'attach', reference: { kind: 'invocation', id: 'inv_x' } }],
  ['/restate/output/inv_x', { kind: 'output', reference: { kind: 'invocation', id: 'inv_x' } }],
  ['/restate/invocation/inv_x/attach', { kind: 'attach', reference: { kind: 'invocation', id: 'inv_x' } }],
  [
    '/restate/invocation/Greeter/greet/my%20key/output',
    {
      kind: 'output',
      reference: { kind: 'idempotent', service: 'Greeter', handler: 'greet', idempotencyKey: 'my key' },
    },
  ],
  [
    '/restate/invocation/Counter/k/add/ik/attach',
    {
      kind: 'attach',
      reference: { kind: 'idempotent', service: 'Counter', key: 'k', handler: 'add', idempotencyKey: 'ik' },
    },
  ],
  [
    '/restate/workflow/Signup/a%2Fb/attach',
    { kind: 'attach', reference: { kind: 'workflow', name: 'Signup', key: 'a/b' } },
  ],
  ['/restate/awakeables/sign_x/resolve', { kind: 'resolveAwakeable', id: 'sign_x' }],
  ['/restate/a/sign_x/reject', { kind: 'rejectAwakeable', id: 'sign_x' }],
])('the path %s is understood', (path, route) => {
  expect(parseRoute(path, registryOne)).toMatchObject(route);
});

test.each([
  ['/Nobody/greet', 'SERVICE_NOT_FOUND'],
  ['/__proto__/greet', 'SERVICE_NOT_FOUND'],
  ['/constructor/greet', 'SERVICE_NOT_FOUND'],
  ['/toString/valueOf', 'SERVICE_NOT_FOUND'],
  ['/Greeter', 'PATH_REFUSED'],
  ['/Greeter/', 'PATH_REFUSED'],
  ['/Greeter/greet/now', 'PATH_REFUSED'],
  ['/Greeter/greet/send/send', 'PATH_REFUSED'],
  ['/Counter/add', 'PATH_REFUSED'],
  ['/Counter/k/add/sent', 'PATH_REFUSED'],
  ['/Counter/%E0%A4%A/add', 'PATH_REFUSED'],
  ['/restate/call/Greeter/greet/send', 'PATH_REFUSED'],
  ['/restate/scope/s/call/Greeter/greet', 'SCOPE_REFUSED'],
  ['/restate/unknown/thing', 'ROUTE_NOT_FOUND'],
  ['/restate/awakeables/sign_x/poke', 'ROUTE_NOT_FOUND'],
  ['/restate/awakeables/sign_x', 'PATH_REFUSED'],
  ['/restate/workflow/Signup/k', 'PATH_REFUSED'],
  ['/restate/workflow/Signup/k/cancel', 'ROUTE_NOT_FOUND'],
  ['/restate/invocation/inv_x', 'PATH_REFUSED'],
  ['/restate/invocation/Counter/k/add/attach', 'PATH_REFUSED'],
  ['/restate/attach/a/b', 'PATH_REFUSED'],
  ['/openapi/x', 'ROUTE_NOT_FOUND'],
  ['/openapi', 'ROUTE_NOT_FOUND'],
  ['/', 'PATH_REFUSED'],
  ['', 'PATH_REFUSED'],
  ['*', 'PATH_REFUSED'],
  [`/${'a/'.repeat(1_000)}`, 'PATH_REFUSED'],
])('the path %s is refused as %s', (path, code) => {
  expect(() => parseRoute(path, registryOne)).toThrow(expect.objectContaining({ code }));
});
