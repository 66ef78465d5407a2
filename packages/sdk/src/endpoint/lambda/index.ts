export { createLambdaHandler, type LambdaEvent, type LambdaReply } from './lambda-handler.ts';
