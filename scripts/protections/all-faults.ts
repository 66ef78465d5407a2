import { diskFaults } from './disk-faults.ts';
import { endpointFaults } from './endpoint-faults.ts';
import type { FaultGroup } from './fault.ts';
import { inputFaults } from './input-faults.ts';
import { processFaults } from './process-faults.ts';
import { replayFaults } from './replay-faults.ts';

export const faultGroups: readonly FaultGroup[] = [
  processFaults,
  diskFaults,
  endpointFaults,
  inputFaults,
  replayFaults,
];
