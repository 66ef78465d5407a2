/** What strangers send to both ports: bytes that are no HTTP, names of JavaScript's own, paths that climb. The runtime answers and lives on. */
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { askHttp } from '../harness/http-answer.ts';
import { chosenTarget } from '../harness/target-command.ts';

const answerMs = 10_000;

/** Writes raw bytes to a port and returns what comes back until the peer closes. */
function sendBytes(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
    let answer = '';
    socket.setTimeout(answerMs, () => socket.destroy(new Error(`${url} neither answered nor closed.`)));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.once('close', () => resolve(answer));
    socket.once('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.write(bytes, 'latin1');
  });
}

const prototypeNames = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];

describe.skipIf(chosenTarget() !== 'holdfast')('hostile HTTP', () => {
  const world = useWorld({ services: { module: 'state-box' } });
  const ports = (): string[] => [world().ingress.url, world().admin.url];
  afterEach(async () => {
    for (const url of [`${world().ingress.url}/restate/health`, `${world().admin.url}/health`]) {
      expect((await askHttp(url)).status).toBe(200);
    }
  });

  test.each([
    ['is no HTTP', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', '400'],
    [
      'announces two lengths',
      'POST /A/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
      '400',
    ],
    [
      'announces a length and chunks',
      'POST /A/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    ['has a header with a line of its own', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rInjected: b\r\n\r\n', '400'],
    ['has headers of a megabyte', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(1_048_576)}\r\n\r\n`, '431'],
  ])('a request that %s is refused on both ports', async (_what, bytes, status) => {
    const answers = await Promise.all(ports().map((url) => sendBytes(url, bytes)));

    expect(answers.map((one) => one.slice(9, 12))).toEqual([status, status]);
    expect(answers.join('')).not.toMatch(/^Injected/m);
  });

  test.each(prototypeNames)('the name %s is no service, and a key and a state key like any other', async (name) => {
    const statuses = [
      (await world().ingress.ask(`/${name}/${name}`)).status,
      (await world().ingress.ask(`/EagerBox/k/${name}`)).status,
      (await world().admin.ask(`/services/${name}`)).status,
      (await world().admin.ask(`/deployments/${name}`)).status,
    ];
    const steps = [{ op: 'set', key: name, value: name }, { op: 'get', key: name }, { op: 'keys' }];

    const read = await world().ingress.call(`EagerBox/${name}/play`, steps);

    expect(statuses.every((one) => one >= 400 && one < 500)).toBe(true);
    expect(read).toEqual([name, [name]]);
  });

  test.each(['/../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/EagerBox/%00/play/..%2f..', '/%c0%ae%c0%ae/x'])(
    'the path %s leads nowhere',
    async (path) => {
      const bytes = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

      const answers = await Promise.all(ports().map((url) => sendBytes(url, bytes)));

      for (const one of answers) expect(one).toMatch(/^HTTP\/1.1 4\d\d /);
      expect(answers.join('')).not.toContain('root:');
    },
  );

  test.each([
    "insert into sys_invocation (id) values ('x')",
    'drop table invocation',
    "attach database '/tmp/holdfast-stolen.sqlite' as stolen",
    'pragma writable_schema = on',
    'with one as (select 1) delete from store.invocation',
    'select * from store.invocation',
  ])('the query "%s" is refused', async (query) => {
    const answer = await world().admin.ask('/query', { json: { query } });

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'QUERY_REFUSED' });
  });

  test.each([
    'file:///etc/passwd',
    'http://169.254.169.254/',
    'http://[fe80::1]/',
    'http://100.100.100.200/',
    'http://2852039166/',
    'http://[::ffff:169.254.169.254]/',
  ])('the address %s is no deployment', async (uri) => {
    const answer = await world().admin.tryRegister(uri);

    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/ADDRESS/);
  });
});
