import type { RiskScore } from '../agent/fraud-agent.ts';
import { suspicion } from '../agent/suspicion.ts';

export const riskScore: RiskScore = {
  description: 'Computes how risky a transaction is, from 0 to 100, where 100 is certain fraud.',
  compute: (transaction) => Math.round(suspicion(transaction) * 100),
};
