export { createFetchHandler, type FetchEndpointOptions } from './fetch-handler.ts';
