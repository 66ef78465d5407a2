/**
 * Asks an endpoint what it serves (protocol section 14). Twice, each time over a fresh connection: an address behind which two
 * versions answer in turn has no identity that work could be pinned to.
 */
import {
  type Manifest,
  MANIFEST_CONTENT_TYPES,
  manifestVersionOf,
  parseManifest,
  ProtocolError,
} from '@holdfast/protocol';
import type { SecureContextOptions } from 'node:tls';
import { type Clock, systemClock } from '../clock.ts';
import { refuseDeniedHost } from '../invoker/address-rule.ts';
import type { RequestSigner } from '../invoker/attempt-request.ts';
import type { EndpointAddress } from '../invoker/endpoint-address.ts';
import { describeNetworkError, hasCode } from '../invoker/network-error.ts';
import { sanitizeExcerpt } from '../invoker/response-head.ts';
import { DeploymentError } from './deployment-error.ts';
import { manifestIdentity } from './fingerprint.ts';
import { listManifestDifferences } from './manifest-difference.ts';
import { chooseByAlpn, type ManifestAnswer, requestManifest, type ManifestRequestOptions } from './manifest-request.ts';

export interface DiscoveryTarget {
  readonly address: EndpointAddress;
  /** `undefined`: HTTP/2 on `http:`, what the server chooses on `https:`. */
  readonly http1: boolean | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Discovered {
  readonly manifest: Manifest;
  readonly http1: boolean;
  /** Name and version of the SDK as it told; empty when it did not. */
  readonly sdk: string;
}

export type Discover = (target: DiscoveryTarget) => Promise<Discovered>;

export interface DiscoverOptions {
  readonly clock?: Clock;
  readonly signer?: RequestSigner;
  readonly tls?: SecureContextOptions;
  /** For one request. */
  readonly timeoutMs?: number;
  readonly bodyBytesMax?: number;
  /** Waits between tries of one request. */
  readonly retryDelaysMs?: readonly number[];
}

export function createDiscover(options: DiscoverOptions = {}): Discover {
  return (target) => new Discovery(target, options).run();
}

const accept = [4, 3, 2].map((version) => MANIFEST_CONTENT_TYPES[version as 4 | 3 | 2]).join(', '); // The literals above.

class Discovery {
  readonly #target: DiscoveryTarget;
  readonly #clock: Clock;
  readonly #retryDelaysMs: readonly number[];
  readonly #request: ManifestRequestOptions;

  constructor(target: DiscoveryTarget, options: DiscoverOptions) {
    this.#target = target;
    this.#clock = options.clock ?? systemClock;
    this.#retryDelaysMs = options.retryDelaysMs ?? [250, 1_000];
    const identity = options.signer?.sign({ path: '/discover', now: this.#clock.wall() });
    this.#request = {
      headers: { ...target.headers, accept, ...identity },
      timeoutMs: options.timeoutMs ?? 10_000,
      bodyBytesMax: options.bodyBytesMax ?? 16 * 1024 * 1024,
      tls: options.tls ?? {},
    };
  }

  async run(): Promise<Discovered> {
    const http1 = this.#target.http1 ?? (await this.#chooseHttp1());
    const first = await this.#look(http1);
    const second = await this.#look(http1);
    if (manifestIdentity(first.manifest) === manifestIdentity(second.manifest)) return { ...first, http1 };
    const differences = listManifestDifferences(first.manifest, second.manifest, 10);
    throw new DeploymentError('MANIFEST_UNSTABLE', {
      message: `Two discoveries of ${this.#place} in a row told different manifests; they differ in ${differences.join(', ')}.`,
      hint: 'Several versions answer at this address. Give each version an address of its own and register that.',
      details: { address: this.#place, differences },
      retry: 'later',
    });
  }

  get #place(): string {
    return this.#target.address.origin + this.#target.address.basePath;
  }

  async #chooseHttp1(): Promise<boolean> {
    if (!this.#target.address.secure) return false;
    return this.#repeat(async () => (await chooseByAlpn(this.#target.address, this.#request)) === 'http1');
  }

  async #look(http1: boolean): Promise<{ readonly manifest: Manifest; readonly sdk: string }> {
    const answer = await this.#repeat(async () => {
      const one = await requestManifest(this.#target.address, http1, this.#request);
      if (one.status === 408 || one.status === 429 || one.status >= 500) throw this.#refused(one);
      return one;
    });
    if (answer.status >= 300 && answer.status < 400) throw this.#redirected(answer);
    if (answer.status !== 200) throw this.#refused(answer);
    return { manifest: this.#parse(answer), sdk: sanitizeExcerpt(answer.server ?? '', 100) };
  }

  /** Tries again what may pass by itself: a service that is just starting, a busy one. */
  async #repeat<T>(look: () => Promise<T>): Promise<T> {
    for (const delayMs of this.#retryDelaysMs) {
      try {
        return await this.#guard(look);
      } catch (error) {
        if (!(error instanceof DeploymentError) || error.retry === 'no') throw error;
      }
      await new Promise<void>((resolve) => {
        this.#clock.setTimer(delayMs, resolve);
      });
    }
    return this.#guard(look);
  }

  async #guard<T>(look: () => Promise<T>): Promise<T> {
    try {
      refuseDeniedHost(this.#target.address.host);
      return await look();
    } catch (error) {
      if (error instanceof DeploymentError) throw error;
      throw await this.#explain(error);
    }
  }

  async #explain(error: unknown): Promise<DeploymentError> {
    const place = this.#place;
    const reason = describeNetworkError(error);
    const details = { address: place, reason };
    if (hasCode(error, 'ADDRESS_DENIED')) {
      return new DeploymentError('DISCOVERY_ADDRESS_DENIED', {
        message: `${place} was not connected to: ${reason}.`,
        hint: 'Register an address of the service itself.',
        details,
      });
    }
    if (hasCode(error, 'MANIFEST_TOO_LARGE')) {
      return new DeploymentError('DISCOVERY_TOO_LARGE', {
        message: `${place} answered the discovery with more than ${this.#request.bodyBytesMax} bytes.`,
        hint: 'Check that the address is a Restate endpoint.',
        details,
      });
    }
    if (hasCode(error, 'PROTOCOL_CONFUSION')) return this.#explainConfusion(error);
    return new DeploymentError('DISCOVERY_UNREACHABLE', {
      message: `${place} could not be reached for discovery: ${reason}.`,
      hint: 'Start the service, and check that its address can be reached from this runtime.',
      details,
      retry: 'later',
      cause: error,
    });
  }

  /** A connection came about and was not understood: usually the other HTTP version. */
  async #explainConfusion(error: unknown): Promise<DeploymentError> {
    const place = this.#place;
    const details = { address: place };
    if (this.#target.http1 === true) {
      return new DeploymentError('DISCOVERY_HTTP2_ONLY', {
        message: `${place} does not answer in HTTP/1.1.`,
        hint: 'It probably speaks HTTP/2 only: register it without use_http_11.',
        details,
        cause: error,
      });
    }
    if (await this.#answersHttp1()) {
      return new DeploymentError('DISCOVERY_HTTP1_ONLY', {
        message: `${place} speaks HTTP/1.1 and not HTTP/2.`,
        hint: 'Register it with use_http_11 (--use-http1.1), or serve it over HTTP/2 to keep streams open.',
        details,
      });
    }
    return new DeploymentError('DISCOVERY_UNREACHABLE', {
      message: `${place} accepts connections, but speaks neither HTTP/2 nor HTTP/1.1: ${describeNetworkError(error)}.`,
      hint: 'Check the port, and whether the service expects https.',
      details,
      retry: 'later',
      cause: error,
    });
  }

  async #answersHttp1(): Promise<boolean> {
    try {
      await requestManifest(this.#target.address, true, this.#request);
      return true;
    } catch {
      return false; // Whatever it was, it was no answer.
    }
  }

  #parse(answer: ManifestAnswer): Manifest {
    const place = this.#place;
    const version = manifestVersionOf(answer.contentType ?? '');
    if (version === undefined || version === 1) {
      const told =
        answer.contentType === undefined ? 'no content type' : `"${sanitizeExcerpt(answer.contentType, 120)}"`;
      throw new DeploymentError('DISCOVERY_WRONG_CONTENT_TYPE', {
        message: `${place} answered the discovery with ${told} instead of one of: ${accept}.`,
        hint: 'Check that the address is a Restate endpoint, and that its SDK is of 2025 or later.',
        details: { address: place, contentType: answer.contentType ?? null },
      });
    }
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
    } catch (error) {
      throw new DeploymentError('DISCOVERY_NOT_JSON', {
        message: `${place} answered the discovery with something that is not JSON.`,
        hint: 'Check that nothing between rewrites the response.',
        details: { address: place },
        cause: error,
      });
    }
    try {
      return parseManifest(json, version);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new DeploymentError('MANIFEST_REFUSED', {
        message: `What ${place} says about itself cannot be accepted: ${error.message}`,
        hint: error.hint,
        details: { address: place, ...error.details },
        cause: error,
      });
    }
  }

  #redirected(answer: ManifestAnswer): DeploymentError {
    const target = answer.location === undefined ? 'elsewhere' : `to "${sanitizeExcerpt(answer.location, 200)}"`;
    return new DeploymentError('DISCOVERY_REDIRECTED', {
      message: `${this.#place} redirects ${target}. Redirects are not followed: the code behind another address is another deployment.`,
      hint: 'Register the address that serves.',
      details: { address: this.#place, status: answer.status },
    });
  }

  #refused(answer: ManifestAnswer): DeploymentError {
    const excerpt = sanitizeExcerpt(new TextDecoder().decode(answer.body.subarray(0, 1_024)), 200);
    const said = excerpt === '' ? '' : ` It said: "${excerpt}"`;
    const hints: Readonly<Record<number, string>> = {
      401: 'The endpoint verifies request identity: configure its public key of this runtime, or this runtime with its identity key.',
      404: 'Check the path: the address is the one that "/discover" is appended to.',
      415: 'The SDK speaks none of the manifest versions 2 to 4: update it.',
    };
    return new DeploymentError('DISCOVERY_REFUSED', {
      message: `${this.#place} answered the discovery with status ${answer.status}.${said}`,
      hint: hints[answer.status] ?? 'Look into the log of the service.',
      details: { address: this.#place, status: answer.status },
      retry: answer.status === 408 || answer.status === 429 || answer.status >= 500 ? 'later' : 'no',
    });
  }
}
