import type { FaultGroup, Proof } from './fault.ts';

const runtime = 'packages/runtime/src';

function callers(title: string): Proof {
  return { file: 'tests/src/faults/hostile-callers.test.ts', title };
}

function strangers(title: string): Proof {
  return { file: 'tests/src/faults/hostile-http.test.ts', title };
}

export const inputFaults: FaultGroup = {
  title: 'Hostile input',
  faults: [
    {
      fault:
        'Bytes that are no HTTP, two lengths, a length and chunks, a header with a line of its own, headers of a megabyte',
      answer: 'The request is answered 400 or 431 and the connection closed, on both ports.',
      protections: [
        {
          without: 'headers of any size are read',
          file: `${runtime}/ingress/ingress.ts`,
          find: '      maxHeaderSize: parts.limits.headerBytesMax,\n',
          replace: '      maxHeaderSize: 2 ** 30,\n',
          caughtBy: strangers('a request that %s is refused on both ports'),
        },
        {
          without: 'what is no request is not answered',
          file: `${runtime}/ingress/ingress.ts`,
          find: "  server.on('clientError', answerClientError);\n",
          replace: "  server.on('clientError', () => {});\n",
          caughtBy: strangers('a request that %s is refused on both ports'),
        },
      ],
    },
    {
      fault: 'Clients that send letter by letter, or stop in the middle',
      answer:
        'The head of a request may take 10 s, a body may be silent for `ingress.bodyIdle`. Then the client is told and let go, and nothing was accepted. Others are served meanwhile.',
      protections: [
        {
          without: 'the head of a request may take for ever',
          file: `${runtime}/listen.ts`,
          find: '{ headersTimeout: 10_000, connectionsCheckingInterval: 5_000 }',
          replace: '{ headersTimeout: 0, connectionsCheckingInterval: 5_000 }',
          caughtBy: callers('lets go of clients that never finish their headers, on both ports'),
        },
        {
          without: 'a body may be silent for ever',
          file: `${runtime}/ingress/request-body.ts`,
          find: '        if (remainingMs <= 0) return fail(timedOut(limits));\n',
          replace: '',
          caughtBy: callers('lets go of a client that never finishes its body, and accepts nothing'),
        },
      ],
    },
    {
      fault: 'Bodies that are too large, alone or together; too many requests at once',
      answer: '413, or 429 with the time to come back; nothing was accepted.',
      protections: [
        {
          without: 'a body in chunks may be of any size',
          file: `${runtime}/ingress/request-body.ts`,
          find: '    if (this.#size > this.#parts.limits.bodyBytesMax) return tooLarge(this.#parts.limits);\n',
          replace: '',
          caughtBy: { file: `${runtime}/ingress/ingress.test.ts`, title: 'a body over the limit, sent %s, is 413' },
        },
        {
          without: 'bodies together may be of any size',
          file: `${runtime}/ingress/byte-budget.ts`,
          find: '    if (this.#taken + bytes > this.#bytesMax) return false;\n',
          replace: '',
          caughtBy: {
            file: `${runtime}/ingress/ingress.test.ts`,
            title: 'bodies that together are too large are turned away, and make room when they are accepted',
          },
        },
        {
          without: 'any number of requests may be open',
          file: `${runtime}/ingress/ingress.ts`,
          find: '      if (open > parts.limits.openRequestsMax) return answerError(exchange, tooManyRequests(parts));\n',
          replace: '',
          caughtBy: {
            file: `${runtime}/ingress/ingress.test.ts`,
            title: 'requests beyond the limit are turned away while others wait',
          },
        },
      ],
    },
    {
      fault: 'Names of JavaScript’s own: `__proto__`, `constructor`, …',
      answer: 'They are names like any other: no service has them, and a key or a state key may.',
      protections: [
        {
          without: 'services are looked up in a plain object',
          file: `${runtime}/ingress/route.ts`,
          find: '  const service = registry.services.get(name);\n',
          replace:
            '  const service = (Object.fromEntries(registry.services) as never)[name] as ServiceRoute | undefined;\n',
          caughtBy: { file: `${runtime}/ingress/route.test.ts`, title: 'the path %s is refused as %s' },
        },
      ],
      alsoShownBy: [strangers('the name %s is no service, and a key and a state key like any other')],
    },
    {
      fault: 'Paths that climb, and calls to what is not public',
      answer:
        'There are no files behind a path. Private handlers and reserved paths are refused before anything is stored.',
      protections: [
        {
          without: 'private handlers are public',
          file: `${runtime}/engine/rules/accept-invocation.ts`,
          find: '  if (!isPublic) {',
          replace: '  if (!isPublic && env.now < 0) {',
          caughtBy: callers('answers %s from outside with %s, and accepts nothing'),
        },
        {
          without: 'handlers that nobody serves are accepted',
          file: `${runtime}/ingress/route.ts`,
          find: "  if (segments[0] === '' && segments[1] === 'openapi') throw notFound();\n",
          replace: '',
          caughtBy: callers('answers %s from outside with %s, and accepts nothing'),
        },
      ],
      alsoShownBy: [strangers('the path %s leads nowhere')],
    },
    {
      fault: 'Texts that forge log lines, move a terminal’s cursor, or inject headers',
      answer:
        'Control characters are escaped in logs and removed from quoted answers; nothing of a request becomes a header.',
      protections: [
        {
          without: 'readable logs hold raw text',
          file: `${runtime}/telemetry/readable-lines.ts`,
          find: '  return JSON.stringify(value);\n',
          replace: '  return String(value);\n',
          caughtBy: {
            file: `${runtime}/telemetry/log.test.ts`,
            title: 'what others sent cannot start a line or move the cursor',
          },
        },
        {
          without: 'answers of strangers are quoted as they are',
          file: `${runtime}/invoker/response-head.ts`,
          find: "  const line = text.replaceAll(/[\\p{C}\\p{Zl}\\p{Zp}\\s]+/gu, ' ').trim();\n",
          replace: '  const line = text;\n',
          caughtBy: {
            file: `${runtime}/invoker/response-head.test.ts`,
            title: 'the text of an error page is quoted, short and harmless',
          },
        },
        {
          without: 'secrets are written to logs',
          file: `${runtime}/telemetry/log.ts`,
          find: "    redact: { paths: redactedPaths, censor: '[redacted]' },\n",
          replace: '',
          caughtBy: {
            file: `${runtime}/telemetry/log.test.ts`,
            title: 'a secret is never written, wherever in the fields it stands',
          },
        },
      ],
      alsoShownBy: [
        callers('writes no line and no terminal command of others into its log'),
        callers('puts nothing of others into a header of its answers'),
      ],
    },
    {
      fault: 'SQL that writes, or reads what is not published',
      answer:
        'It is refused with `QUERY_REFUSED`. Queries see views only, in a process that has the database open for reading.',
      protections: [
        {
          without: 'every action of SQL is allowed',
          file: `${runtime}/query/authorizer.ts`,
          find: '      default:\n        return constants.SQLITE_DENY;',
          replace: '      default:\n        return constants.SQLITE_OK;',
          caughtBy: strangers('the query "%s" is refused'),
        },
        {
          without: 'tables behind the views can be read',
          file: `${runtime}/query/authorizer.ts`,
          find: 'return isPublished && !isDescription ? constants.SQLITE_OK : constants.SQLITE_DENY;',
          replace: 'return constants.SQLITE_OK;',
          caughtBy: strangers('the query "%s" is refused'),
        },
      ],
    },
    {
      fault: 'SQL without an end, or with an answer that is too large',
      answer: 'Its process is killed after `query.timeout`; the next query is answered, and the runtime never waits.',
      protections: [
        {
          without: 'a query may take for ever',
          file: `${runtime}/query/query.ts`,
          find: '    this.#timer = setTimeout(() => this.#timedOut(), this.#options.timeoutMs);\n',
          replace: '',
          caughtBy: callers('stops a query without an end while everybody else is served, and answers the next one'),
        },
        {
          without: 'an answer may be of any size',
          file: `${runtime}/query/run-statement.ts`,
          find: '      if (bytes > bytesMax) {',
          replace: '      if (bytes < 0) {',
          caughtBy: { file: `${runtime}/query/query.test.ts`, title: 'an answer that is too large is refused' },
        },
      ],
    },
    {
      fault: 'A deployment at `file:`, a link-local or a metadata address',
      answer: 'It is refused at registration, and again at every connect, whatever its name resolves to.',
      protections: [
        {
          without: 'other schemes are addresses too',
          file: `${runtime}/invoker/endpoint-address.ts`,
          find: "  if (!secure && url.protocol !== 'http:') return undefined;\n",
          replace: '',
          caughtBy: {
            file: `${runtime}/deployments/registration.test.ts`,
            title: 'the address "%s" is refused before anything is connected to',
          },
        },
        {
          without: 'link-local addresses are allowed',
          file: `${runtime}/invoker/address-rule.ts`,
          find: "denied.addSubnet('169.254.0.0', 16, 'ipv4');\n",
          replace: '',
          caughtBy: strangers('the address %s is no deployment'),
        },
        {
          without: 'names may resolve to anything',
          file: `${runtime}/invoker/address-rule.ts`,
          find: 'addresses.filter((one) => !isDeniedAddress(one.address))',
          replace: 'addresses.filter((one) => one.address !== hostname + hostname)',
          caughtBy: {
            file: `${runtime}/invoker/address-rule.test.ts`,
            title: 'a name that resolves to a denied address only is not connected to',
          },
        },
      ],
    },
    {
      fault: 'An address that redirects the registration',
      answer: 'It is refused with `DISCOVERY_REDIRECTED`, and nobody goes where it leads.',
      protections: [
        {
          without: 'a redirect is any refusal',
          file: `${runtime}/deployments/discover.ts`,
          find: '    if (answer.status >= 300 && answer.status < 400) throw this.#redirected(answer);\n',
          replace: '',
          caughtBy: callers('registers no address that redirects with %i, and does not go where it leads'),
        },
      ],
    },
    {
      fault: 'A web page in the operator’s browser that asks the admin port',
      answer: 'It is refused with `ORIGIN_REFUSED`, or `HOST_REFUSED` when its name was rebound to this machine.',
      protections: [
        {
          without: 'any page may write',
          file: `${runtime}/admin/guard.ts`,
          find: "if (isForeign && context.req.method !== 'GET' && context.req.method !== 'HEAD') throw originRefused();",
          replace: 'void isForeign;',
          caughtBy: { file: `${runtime}/admin/admin.test.ts`, title: 'a web page of another origin cannot write' },
        },
        {
          without: 'any name will do',
          file: `${runtime}/admin/guard.ts`,
          find: 'if (options.isLoopback && !loopbackNames.has(nameOf(host))) throw hostRefused(host);',
          replace: '',
          caughtBy: {
            file: `${runtime}/admin/admin.test.ts`,
            title: 'a name that was rebound to this machine is refused',
          },
        },
      ],
    },
    {
      fault: 'An awakeable id that was made up to cancel its invocation',
      answer: 'It is refused with `AWAKEABLE_REFUSED`.',
      protections: [
        {
          without: 'an awakeable may be any signal',
          file: `${runtime}/ingress/answer-awakeable.ts`,
          find: ' || target.signalId <= reservedSignalIdMax',
          replace: '',
          caughtBy: {
            file: `${runtime}/ingress/ingress.test.ts`,
            title: 'an awakeable id that would cancel its invocation is refused',
          },
        },
      ],
    },
    {
      fault: 'A request to a service that did not come from this runtime',
      answer:
        'Requests are signed when `--identity-key` is given, for their path and two minutes; services refuse others.',
      protections: [
        {
          without: 'requests are not signed',
          file: `${runtime}/invoker/attempt-request.ts`,
          find: '      ...identity,\n',
          replace: '',
          caughtBy: {
            file: 'tests/src/conformance/identity.test.ts',
            title: 'is accepted by services that know the key',
          },
        },
      ],
    },
  ],
};
