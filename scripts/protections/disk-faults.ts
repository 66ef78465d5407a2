import type { FaultGroup } from './fault.ts';

const store = 'packages/runtime/src/store/sqlite';
const partition = 'packages/runtime/src/partition/partition.ts';

export const diskFaults: FaultGroup = {
  title: 'The disk',
  faults: [
    {
      fault: 'The power fails, and what was not synced is lost or torn',
      answer: 'Whatever was acknowledged is there: it was synced before.',
      protections: [
        {
          without: 'nothing is synced',
          file: `${store}/sync-worker.ts`,
          find: '    fdatasyncSync(descriptor);\n',
          replace: '',
          caughtBy: {
            file: `${store}/power-loss.test.ts`,
            title:
              'nothing that was acknowledged is lost, at any moment, whatever reached the disk; without our sync it is',
          },
        },
      ],
    },
    {
      fault: 'A sync fails',
      answer:
        'Nothing more is acknowledged, the sync is not tried again, and the process ends with `STORE_SYNC_FAILED`. The next start recovers what is really there.',
      protections: [
        {
          without: 'the process goes on after a failed sync',
          file: `${store}/covering-sync.ts`,
          find: '    this.#onFatal(failure);\n',
          replace: '',
          caughtBy: {
            file: 'tests/src/faults/disk-sync.test.ts',
            title: 'that fails a sync ends the process, and what was acknowledged is there after the next start',
          },
        },
        {
          without: 'a failed sync counts as one that worked',
          file: `${store}/covering-sync.ts`,
          find: "if (outcome.kind === 'failed') {",
          replace: "if (outcome.kind === 'failed' && this.#written < 0) {",
          caughtBy: {
            file: `${store}/covering-sync.test.ts`,
            title: 'a sync that fails is fatal, and never tried again',
          },
        },
      ],
    },
    {
      fault: 'Syncs are slow',
      answer:
        'Requests that wait share syncs. Acknowledgements come late, nothing is refused or lost, and the runtime is healthy.',
      protections: [
        {
          without: 'every request has a sync of its own',
          file: partition,
          find: 'taken < this.#limits.batchCommandsMax',
          replace: 'taken < 1 && this.#committing === undefined && this.#batch.isEmpty',
          caughtBy: {
            file: 'tests/src/faults/disk-sync.test.ts',
            title: 'that syncs slowly delays acknowledgements, and refuses and loses nothing',
          },
        },
      ],
    },
    {
      fault: 'The disk is full',
      answer:
        'New work is refused with 503 `STORE_FULL`, which says that nothing happened; reads go on; health says why. When there is space again everything goes on by itself.',
      protections: [
        {
          without: 'callers are not told that the disk is full',
          file: partition,
          find: "return error instanceof Error && 'code' in error && error.code === 'STORE_FULL';",
          replace: 'return error === undefined;',
          caughtBy: {
            file: 'tests/src/faults/disk-full.test.ts',
            title: 'new work is refused, reads go on, and all goes on by itself when there is space',
          },
        },
        {
          without: 'a partition does not start again after a failed commit',
          file: partition,
          find: "    this.#state = 'restarting';\n    this.#recoverLater();\n",
          replace: "    this.#state = 'restarting';\n",
          caughtBy: {
            file: 'tests/src/faults/disk-full.test.ts',
            title: 'new work is refused, reads go on, and all goes on by itself when there is space',
          },
        },
      ],
      alsoShownBy: [
        {
          file: 'tests/src/faults/disk-full.test.ts',
          title: 'a runtime that is killed starts again when there is space, and has what it acknowledged',
        },
      ],
    },
    {
      fault: 'The database was cut or overwritten',
      answer:
        'A file that is no whole database is refused at start with `STORE_CORRUPT`; a page that is no page any more is found when it is read, and nothing is made up for it. A bit that flips inside a stored value cannot be seen: use disks or a file system with checksums.',
      protections: [
        {
          without: 'errors of reading have no code',
          file: `${store}/sqlite-error.ts`,
          find: '    return read();\n  } catch (error) {\n    throw toStoreError(error);',
          replace: '    return read();\n  } catch (error) {\n    throw error;',
          caughtBy: {
            file: `${store}/damaged-database.test.ts`,
            title: 'a page that is %s is found when the store opens or reads it, and never read as something else',
          },
        },
        {
          without: 'damage has no code',
          file: `${store}/sqlite-error.ts`,
          find: "  [NOT_A_DATABASE]: {\n    code: 'STORE_CORRUPT',",
          replace: "  [NOT_A_DATABASE]: {\n    code: 'STORE_IO',",
          caughtBy: {
            file: 'tests/src/faults/damaged-store.test.ts',
            title: 'refuses a database whose header was overwritten',
          },
        },
        {
          without: 'a cut database has no code',
          file: `${store}/sqlite-error.ts`,
          find: "  [CORRUPT]: {\n    code: 'STORE_CORRUPT',",
          replace: "  [CORRUPT]: {\n    code: 'STORE_IO',",
          caughtBy: {
            file: 'tests/src/faults/damaged-store.test.ts',
            title: 'refuses a database that was cut in half',
          },
        },
      ],
    },
    {
      fault: 'A bit flips in the write-ahead log, or a part of it is cut off',
      answer:
        'What was synced is marked beside the log and verified at start: damage there is `STORE_CORRUPT` with the file, the frame and the page, never a shorter log. A torn end that was never acknowledged is dropped.',
      protections: [
        {
          without: 'the log is not verified',
          file: `${store}/open-store.ts`,
          find: '    verifyLog({ logPath, directory, mark: readSyncMark(directory) });\n',
          replace: '',
          caughtBy: { file: `${store}/damaged-log.test.ts`, title: 'a bit in any part of any frame' },
        },
        {
          without: 'nobody marks what was synced',
          file: `${store}/covering-sync.ts`,
          find: '    if (this.#marking !== undefined) this.#mark?.write(this.#marking);\n',
          replace: '',
          caughtBy: {
            file: `${store}/damaged-log.test.ts`,
            title: 'what was synced is marked, and a log that nobody damaged is taken whole',
          },
        },
        {
          without: 'the mark of an old log may outlive it',
          file: `${store}/sync-mark.ts`,
          find: '    fsyncSync(descriptor);\n',
          replace: '',
          caughtBy: {
            file: `${store}/power-loss.test.ts`,
            title: 'what was marked of the old log is gone from the disk before a new log begins',
          },
        },
        {
          without: 'checksums of frames are not compared',
          file: `${store}/verify-log.ts`,
          find: 'if (checksum.first !== frame.readUInt32BE(16) || checksum.second !== frame.readUInt32BE(20))',
          replace: 'if (checksum.first < 0)',
          caughtBy: { file: `${store}/damaged-log.test.ts`, title: 'a bit in any part of any frame' },
        },
        {
          without: 'a shorter log will do',
          file: `${store}/verify-log.ts`,
          find: '    if (size < mark.bytes) throw',
          replace: '    if (size < 0) throw',
          caughtBy: { file: `${store}/damaged-log.test.ts`, title: 'a log that was cut to %i bytes' },
        },
      ],
      alsoShownBy: [{ file: `${store}/damaged-log.test.ts`, title: 'a torn end behind what was synced is no damage' }],
    },
    {
      fault: 'The write log is replaced under the running store',
      answer: 'The process ends: a sync of the file that it has open would say nothing about the other one.',
      protections: [
        {
          without: 'nobody looks which file is synced',
          file: `${store}/covering-sync.ts`,
          find: 'if (theirs?.ino === ours.ino && theirs.dev === ours.dev) return;',
          replace: 'if (theirs?.ino !== ours.ino + 0.5) return;',
          caughtBy: {
            file: `${store}/covering-sync.test.ts`,
            title: 'a file that was replaced under the store is fatal',
          },
        },
      ],
    },
  ],
};
