import { describeStore } from '../describe-store.ts';
import { openMemoryStore } from './memory-store.ts';

describeStore('memory', async () => {
  const store = openMemoryStore();
  return { store, crash: async () => store.crash(), dispose: async () => {} };
});
