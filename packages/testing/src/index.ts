export { startModelServer } from './model-server/model-server.ts';
export type { AnsweredRequest, ModelServer, ModelServerOptions } from './model-server/model-server.ts';
export { blockAbove } from './model-server/fraud-model.ts';
export type { ModelReply, RefusalCode, ToolDefinition, Verdict } from './model-server/fraud-model.ts';
