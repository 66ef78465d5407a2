import { ApiError } from '../api-error.ts';
import type { Registry } from '../engine/registry.ts';
import type { AdminPartitions, AdminParts } from './admin-parts.ts';

export function loadedRegistry(parts: Pick<AdminParts, 'findRegistry'>): Registry {
  const registry = parts.findRegistry();
  return registry ?? throwNotReady();
}

export function openPartitions(parts: Pick<AdminParts, 'findPartitions'>): AdminPartitions {
  return parts.findPartitions() ?? throwNotReady();
}

function throwNotReady(): never {
  throw new ApiError('NOT_READY', {
    message: 'The runtime is starting and has not read its store yet.',
    hint: 'Repeat the request in a moment.',
  });
}
