import { serveAgent } from '../agent/serve-agent.ts';
import { riskScore } from './risk-score.ts';

serveAgent({ version: 'v1', riskScore });
