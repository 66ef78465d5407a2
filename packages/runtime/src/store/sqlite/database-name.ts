/** The one file of the store in the data directory (beside it, SQLite's own -wal and -shm). */
export const databaseName = 'holdfast.sqlite';
