/**
 * Questions and answers between the bench and the processes that it starts, over Node's own channel.
 *
 * Load and services run in processes of their own so that their work is neither on the bench's event loop nor in each other's
 * measurements. Both sides of the channel are files of this folder, so messages are typed, not parsed.
 */
import { fork } from 'node:child_process';

/** What can be asked, by name. */
export type Questions<Q> = { readonly [K in keyof Q]: { readonly question: unknown; readonly answer: unknown } };

export interface ChildPort<Q extends Questions<Q>> extends AsyncDisposable {
  readonly pid: number;
  /** Rejects when the child fails to answer in time, throws, or ends. */
  ask<K extends keyof Q & string>(kind: K, question: Q[K]['question'], timeoutMs: number): Promise<Q[K]['answer']>;
}

interface Asked {
  readonly id: number;
  readonly kind: string;
  readonly question: unknown;
}

type Answered =
  | { readonly id: number; readonly kind: 'answer'; readonly answer: unknown }
  | { readonly id: number; readonly kind: 'failure'; readonly message: string };

interface OpenQuestion {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Starts the file as a child process. It ends with this process, or when it is disposed of. */
export function startChild<Q extends Questions<Q>>(path: string): ChildPort<Q> {
  const child = fork(path, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  const open = new Map<number, OpenQuestion>();
  let questions = 0;
  let end: string | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      end = `The process ${path} ended (${code ?? signal}).`;
      for (const one of open.values()) one.reject(new Error(end));
      resolve();
    });
  });
  child.on('message', (message) => {
    const answered = message as Answered; // sent by answerQuestions() below
    const waiting = open.get(answered.id);
    if (answered.kind === 'answer') waiting?.resolve(answered.answer);
    else waiting?.reject(new Error(answered.message));
  });
  if (child.pid === undefined) throw new Error(`The process ${path} could not be started.`);

  async function ask(kind: string, question: unknown, timeoutMs: number): Promise<unknown> {
    if (end !== undefined) throw new Error(end);
    const id = ++questions;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    open.set(id, { resolve, reject });
    const timer = setTimeout(() => reject(new Error(`No answer to "${kind}" within ${timeoutMs} ms.`)), timeoutMs);
    child.send({ id, kind, question } satisfies Asked, (error) => {
      if (error !== null) reject(error);
    });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      open.delete(id);
    }
  }

  return {
    pid: child.pid,
    ask,
    [Symbol.asyncDispose]: async () => {
      if (end === undefined) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Makes this process the child of `startChild()`: it answers until its parent is gone. */
export function answerQuestions<Q extends Questions<Q>>(answers: {
  readonly [K in keyof Q]: (question: Q[K]['question']) => Q[K]['answer'] | Promise<Q[K]['answer']>;
}): void {
  const answerOf = async ({ kind, question }: Asked): Promise<unknown> => {
    if (!Object.hasOwn(answers, kind)) throw new Error(`There is no answer to "${kind}".`);
    // It is there, and ask() lets a kind carry nothing but its own question.
    return answers[kind as keyof Q](question);
  };
  process.on('message', (message) => {
    const asked = message as Asked; // sent by ask() above
    answerOf(asked).then(
      (answer) => reply({ id: asked.id, kind: 'answer', answer }),
      (error: unknown) => reply({ id: asked.id, kind: 'failure', message: String(error) }),
    );
  });
  process.once('disconnect', () => process.exit(0));
}

function reply(answered: Answered): void {
  process.send?.(answered);
}
