export { createHandler, type NodeEndpointOptions, type NodeHandler } from './node-handler.ts';
export { serve, type ServedEndpoint, type ServeOptions } from './serve.ts';
