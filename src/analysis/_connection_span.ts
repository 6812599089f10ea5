import type { Operation } from "./operation.ts";

/**
 * Whether a span is there for the connection, the transaction or the cursor that a statement needs, and
 * not for a statement of the program's own: doing that often is no repeated call.
 *
 * @param name The span's own name.
 */
export function isConnectionSpan(name: string, operation: Operation): boolean {
  return isConnectionOperation(operation) || isConnectionName(name, operation);
}

/** Whether the name of a span says so. */
export function isConnectionName(name: string, { category }: Operation): boolean {
  switch (category) {
    case "sql":
    case "database":
      return isNamed(name, DATABASE_NAME);
    case "cache":
    case "function":
      return isNamed(name, POOL_NAME);
    default:
      return false;
  }
}

/** Whether what a span does says so. */
export function isConnectionOperation({ category, name }: Operation): boolean {
  return (category === "sql" && isConnectionStatement(name)) ||
    (category === "database" && /^getMore\b/i.test(name));
}

function isNamed(name: string, pattern: RegExp): boolean {
  return name.length <= LONGEST_NAME && pattern.test(name);
}

function isConnectionStatement(statement: string): boolean {
  // Several statements in one are more than that, whatever the first is.
  return CONNECTION_STATEMENT.test(statement) && !/;\s*[^\s;]/.test(statement);
}

const LONGEST_NAME = 80;

/** How instrumentations name such spans of a database: `pg.connect`, `sql.rows`, `cursor.fetchmany`. */
const DATABASE_NAME =
  /(?:^|[\s.:_/-])(?:(?:re|dis)?connect(?:ion|or)?|acquire|checkout|release|get_?connection|ping|reset_?session|prepare|rows|cursor|fetch(?:_?(?:one|many|all|next))?|next|close|begin(?:_?tx)?|commit|rollback)$/i;

/** The same where the database is not known: only what takes connections out of a pool. */
const POOL_NAME = /(?:^|[\s.:_/-])(?:(?:re)?connect(?:ion)?|acquire|checkout|get_?connection)$/i;

/** Statements about the session, transactions and cursors. */
const CONNECTION_STATEMENT =
  /^(?:FETCH|MOVE|OPEN|CLOSE|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|ABORT|END|SET|RESET|DISCARD|DEALLOCATE|PREPARE|USE|DECLARE\b.*\bCURSOR|(?:EXEC(?:UTE)? )?sp_cursor\w*|(?:EXEC(?:UTE)? )?sp_reset_connection)\b/is;
