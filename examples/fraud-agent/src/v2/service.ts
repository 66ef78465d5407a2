import { serveAgent } from '../agent/serve-agent.ts';
import { riskScore } from './risk-score.ts';

serveAgent({ version: 'v2', riskScore });
