/**
 * Puts a runtime together: store, registry, partition, invoker, ingress, admin. The only place that knows all of them.
 *
 * The admin port opens first, so that health can say "not ready"; the registry is loaded before a partition orders an attempt, which
 * must find its deployment; then the ingress opens, and what was running goes on. Closing goes the other way, so that what was accepted is
 * still written.
 */
import { isLoopback, openAdmin } from './admin/admin.ts';
import type { Admin } from './admin/admin.ts';
import type { AdminParts } from './admin/admin-parts.ts';
import { ApiError } from './api-error.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import { Deployments } from './deployments/deployments.ts';
import { createDiscover } from './deployments/discover.ts';
import type { HandlerDefaults } from './deployments/handler-defaults.ts';
import { createEntropy } from './entropy.ts';
import { openIngress } from './ingress/ingress.ts';
import type { Ingress } from './ingress/ingress.ts';
import { HttpTransport } from './invoker/http-transport.ts';
import { Invoker } from './invoker/invoker.ts';
import type { RequestIdentity } from './invoker/request-identity.ts';
import { LocalPartitions } from './partition/local-partitions.ts';
import { openPartition } from './partition/partition.ts';
import type { Partition } from './partition/partition.ts';
import type { PartitionProblem } from './partition/partition-options.ts';
import { readIdentity } from './read-identity.ts';
import { releaseVersion } from './release-version.ts';
import { Query } from './query/query.ts';
import { StoreHealth } from './store-health.ts';
import { openSqliteStore } from './store/sqlite/open-store.ts';
import type { SqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import type { Log } from './telemetry/log.ts';

export interface RuntimeOptions {
  readonly log: Log;
  /** The disk did not confirm a write: nothing is acknowledged any more, and the process must end without another word. */
  readonly onFatal: (error: Error) => void;
}

export interface Runtime {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** What services are configured with to accept only this runtime: `publickeyv1_…`. */
  readonly identityKeyId: string | undefined;
  /** Ends what is open and resolves when everything accepted is on disk. Idempotent. */
  close(): Promise<void>;
}

/** How long handlers get to suspend when the runtime closes; the rest is cut off and goes on after the next start. */
const attemptsCloseMs = 5_000;
/** Less than the time that load balancers give a health check. */
const healthProbeMs = 1_000;

/** Opens a runtime on its data directory. Throws errors with a code of errors.ts. */
export async function startRuntime(config: Config, options: RuntimeOptions): Promise<Runtime> {
  refuseOpenBind(config);
  const parts = new RuntimeParts(config, options);
  try {
    return await parts.open();
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/** Nobody is asked who they are yet, so listening beyond this machine is a choice that must be spelled out. */
function refuseOpenBind(config: Config): void {
  if (config.insecureBind || isLoopback(config.bind)) return;
  throw new ApiError('BIND_REFUSED', {
    message: `The runtime would listen on ${config.bind} and let everybody there in.`,
    hint: 'Bind to 127.0.0.1, or say --insecure-bind if a network policy or proxy keeps strangers out.',
    details: { bind: config.bind },
  });
}

class RuntimeParts {
  readonly #config: Config;
  readonly #log: Log;
  readonly #onFatal: (error: Error) => void;
  /** Called in reverse order. */
  readonly #closers: (() => Promise<void> | void)[] = [];
  /** Undefined until the registry is loaded and every partition has read its store. */
  #partitions: LocalPartitions | undefined;
  readonly #entropy: (bytes: number) => Uint8Array = createEntropy();
  readonly #health: StoreHealth = new StoreHealth({ clock: systemClock, probeMs: healthProbeMs });
  #invoker: Invoker | undefined;
  #ingress: Ingress | undefined;
  #closed: Promise<void> | undefined;

  constructor(config: Config, options: RuntimeOptions) {
    this.#config = config;
    this.#log = options.log;
    this.#onFatal = options.onFatal;
  }

  async open(): Promise<Runtime> {
    const identity = readIdentity(this.#config.identityKey);
    const store = await this.#openStore();
    const deployments = this.#makeDeployments(store, identity);
    const admin = await this.#openAdmin({ store, deployments });
    await deployments.registry.load();
    const partition = await this.#openPartition({ store, deployments, identity });
    this.#partitions = new LocalPartitions([partition]);
    this.#ingress = await this.#openIngress(deployments, this.#partitions);
    // Thousands of attempts take a while to order; whoever asks meanwhile is answered.
    void partition.recover();
    return {
      ingressUrl: this.#ingress.url,
      adminUrl: admin.url,
      identityKeyId: identity?.keyId,
      close: () => this.close(),
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
  }

  async #openStore(): Promise<SqliteStore> {
    const store = await openSqliteStore({
      directory: this.#config.data,
      onFatal: (error) => {
        this.#log.fatal({ error }, 'the disk did not confirm a write; this process ends');
        this.#onFatal(error);
      },
      log: (message, details) => this.#log.warn(details, message),
    });
    this.#closers.push(() => store.close());
    return store;
  }

  #makeDeployments(store: Store, identity: RequestIdentity | undefined): Deployments {
    return new Deployments({
      store,
      partitions: () => this.#partitions?.all() ?? [],
      discover: createDiscover(identity === undefined ? {} : { signer: identity }),
      handlerDefaults: handlerDefaultsOf(this.#config),
    });
  }

  async #openPartition(parts: {
    readonly store: Store;
    readonly deployments: Deployments;
    readonly identity: RequestIdentity | undefined;
  }): Promise<Partition> {
    const { invoker: limits, partition: partitionLimits } = this.#config;
    const transport = new HttpTransport({ connectMs: limits.connectTimeout });
    this.#closers.push(() => transport.close());
    const partition = await openPartition({
      index: 0,
      count: 1,
      openStore: () => parts.store.openPartition(0),
      registry: parts.deployments.registry.current,
      clock: systemClock,
      defer: setImmediate,
      createAttempts: (port) => {
        const invoker = new Invoker({
          clock: systemClock,
          transport,
          partition: port,
          store: port,
          findDeployment: (id) => parts.deployments.registry.findDeployment(id),
          random: Math.random,
          limits: {
            attemptsMax: limits.concurrentAttemptsMax,
            messageBytesMax: limits.messageBytesMax,
            // One deployment gets half, and must have room for two of the largest messages.
            bufferedBytesMax: Math.max(limits.bufferedBytesMax, 4 * limits.messageBytesMax),
          },
          ...(parts.identity === undefined ? {} : { signer: parts.identity }),
        });
        this.#invoker = invoker;
        return invoker;
      },
      // With one partition every message is its own; it is delivered after it is durable, so after opening.
      deliver: async (_target, row) => (await partition.submit({ kind: 'receiveMessage', ...row })).through,
      limits: { queueMax: partitionLimits.queuedCommandsMax },
      onProblem: (problem) => this.#report(problem),
    });
    this.#closers.push(async () => {
      await this.#invoker?.close(attemptsCloseMs);
      await partition.close();
    });
    return partition;
  }

  #report(problem: PartitionProblem): void {
    const { error, partition, command } = problem;
    this.#log.error({ error, partition, command }, problemSentences[problem.kind]);
    this.#health.note(problem);
  }

  async #openAdmin(opened: { readonly store: SqliteStore; readonly deployments: Deployments }): Promise<Admin> {
    const { store, deployments } = opened;
    const query = new Query({
      directory: this.#config.data,
      // What a query saw may not be on disk yet; nobody is told before it is.
      settle: () => store.cover(),
      timeoutMs: this.#config.query.timeout,
      rowsMax: this.#config.query.rowsMax,
    });
    this.#closers.push(() => query.close());
    const parts: AdminParts = {
      findPartitions: () => this.#partitions,
      deployments,
      findRegistry: () => (this.#partitions === undefined ? undefined : deployments.registry.current),
      isReady: () => this.#ingress !== undefined && this.#closed === undefined,
      findTrouble: async () => this.#health.findTrouble(this.#partitions?.all() ?? []),
      findHold: (deployment) => this.#invoker?.findHold(deployment),
      isWaiting: (invocation) => this.#invoker?.isWaiting(invocation) === true,
      listBlockers: (deployment, limit) => store.listBlockers(deployment, limit),
      runQuery: (sql, values) => query.run(sql, values),
      clock: systemClock,
      log: this.#log,
      makeEntropy: this.#entropy,
      version: releaseVersion,
      findIngressUrl: () => this.#ingress?.url,
      bodyBytesMax: this.#config.admin.bodyBytesMax,
    };
    const admin = await openAdmin(parts, { host: this.#config.bind, port: this.#config.admin.port });
    this.#closers.push(() => admin.close());
    return admin;
  }

  async #openIngress(deployments: Deployments, partitions: LocalPartitions): Promise<Ingress> {
    const { ingress: limits } = this.#config;
    const ingress = await openIngress(
      {
        partitions,
        findRegistry: () => deployments.registry.current,
        clock: systemClock,
        log: this.#log,
        limits: {
          bodyBytesMax: limits.bodyBytesMax,
          // Or the largest body could never be taken.
          bufferedBytesMax: Math.max(limits.bufferedBytesMax, limits.bodyBytesMax),
          bodyIdleMs: limits.bodyIdle,
          headerBytesMax: limits.headerBytesMax,
          openRequestsMax: limits.openRequestsMax,
        },
        makeEntropy: this.#entropy,
      },
      { host: this.#config.bind, port: limits.port },
    );
    this.#closers.push(() => ingress.close());
    return ingress;
  }
}

const problemSentences: Readonly<Record<PartitionProblem['kind'], string>> = {
  commitFailed: 'a commit failed; the partition reads its store again',
  commandFailed: 'a command failed; this is a bug in Holdfast',
  recoveryFailed: 'the partition could not read its store; it tries again',
  timersFailed: 'timers could not be read; the partition tries again',
};

function handlerDefaultsOf({ defaults }: Config): HandlerDefaults {
  const { retryPolicy } = defaults;
  return {
    inactivityTimeoutMs: defaults.inactivityTimeout,
    abortTimeoutMs: defaults.abortTimeout,
    journalRetentionMs: defaults.journalRetention,
    idempotencyRetentionMs: defaults.idempotencyRetention,
    workflowRetentionMs: defaults.workflowRetention,
    retryPolicy: {
      initialIntervalMs: retryPolicy.initialInterval,
      factor: retryPolicy.factor,
      maxIntervalMs: retryPolicy.maxInterval,
      attemptsMax: retryPolicy.attemptsMax,
      onMaxAttempts: retryPolicy.onMaxAttempts,
    },
  };
}
