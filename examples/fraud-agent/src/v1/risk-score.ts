import type { RiskScore } from '../agent/fraud-agent.ts';
import { suspicion } from '../agent/suspicion.ts';

export const riskScore: RiskScore = {
  description: 'Computes how risky a transaction is, from 0 to 10, where 10 is certain fraud.',
  compute: (transaction) => Math.round(suspicion(transaction) * 10),
};
