/** What services import. A name that goes, or changes its entry, breaks somebody; a new one is for ever. */
import { expect, test } from 'vitest';
import * as fetchEntry from './endpoint/fetch/index.ts';
import * as lambdaEntry from './endpoint/lambda/index.ts';
import * as nodeEntry from './endpoint/node/index.ts';
import * as mainEntry from './index.ts';

test('the entries export exactly these values', () => {
  const names = (entry: object): string => Object.keys(entry).toSorted().join(' ');

  expect({
    '.': names(mainEntry),
    './node': names(nodeEntry),
    './fetch': names(fetchEntry),
    './lambda': names(lambdaEntry),
  }).toMatchInlineSnapshot(`
    {
      ".": "CancelledError DurablePromise Endpoint RetryableError SdkError TerminalError TimeoutError binarySerde durationMs findContext formatStepName handler isTerminalError jsonSerde object parseStepName sdkErrorTitles service shared workflow",
      "./fetch": "createFetchHandler",
      "./lambda": "createLambdaHandler",
      "./node": "createHandler serve",
    }
  `);
});
