import { askHttp } from './http-answer.ts';
import type { HttpAnswer, HttpQuestion } from './http-answer.ts';

/** Answer of a one-way request. */
export interface SendReceipt {
  readonly invocationId: string;
  readonly status: 'Accepted' | 'PreviouslyAccepted';
  readonly executionTime?: string;
}

/** The ingress port, asked without any client library, so that statuses and headers can be looked at. */
export class IngressHttp {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  ask(path: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
    return askHttp(`${this.url}${path}`, { method: 'POST', ...question });
  }

  get(path: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
    return askHttp(`${this.url}${path}`, { method: 'GET', ...question });
  }

  /**
   * Calls a handler by its path (`Service/handler` or `Object/key/handler`) and returns its JSON result, or
   * `undefined` if it has none; throws unless the status is 200.
   */
  async call<T>(target: string, json?: unknown, question: HttpQuestion = {}): Promise<T> {
    const answer = await this.ask(`/${target}`, { json, ...question });
    if (answer.status !== 200) throw new Error(`POST /${target} answered ${answer.status}: ${answer.text}`);
    // A handler without output answers no body at all.
    return answer.text === '' ? (undefined as T) : answer.json<T>();
  }

  /** Sends to a handler one-way and returns the receipt; throws unless it is 202. `query` is e.g. `delay=500ms`. */
  async send(
    target: string,
    json?: unknown,
    question: HttpQuestion & { readonly query?: string } = {},
  ): Promise<SendReceipt> {
    const suffix = question.query === undefined ? '' : `?${question.query}`;
    const answer = await this.ask(`/${target}/send${suffix}`, { json, ...question });
    if (answer.status !== 202)
      throw new Error(`POST /${target}/send${suffix} answered ${answer.status}: ${answer.text}`);
    return answer.json<SendReceipt>();
  }

  attach(invocationId: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
    return this.get(`/restate/invocation/${invocationId}/attach`, question);
  }

  output(invocationId: string): Promise<HttpAnswer> {
    return this.get(`/restate/invocation/${invocationId}/output`);
  }
}
