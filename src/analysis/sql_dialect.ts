/** Ways of writing SQL that differ in how they quote; `generic` guesses from the statement. */
export type SqlDialect = "generic" | "postgresql" | "mysql" | "sqlserver" | "sqlite" | "oracle";

/** What OpenTelemetry's programs call the database systems, in the old names and in the new ones. */
const DIALECTS: ReadonlyMap<string, SqlDialect> = new Map<string, SqlDialect>([
  ["postgresql", "postgresql"],
  ["postgres", "postgresql"],
  ["cockroachdb", "postgresql"],
  ["redshift", "postgresql"],
  ["aws.redshift", "postgresql"],
  ["edb", "postgresql"],
  ["mysql", "mysql"],
  ["mariadb", "mysql"],
  ["tidb", "mysql"],
  ["mssql", "sqlserver"],
  ["mssqlcompact", "sqlserver"],
  ["microsoft.sql_server", "sqlserver"],
  ["sqlserver", "sqlserver"],
  ["sqlite", "sqlite"],
  ["sqlite3", "sqlite"],
  ["oracle", "oracle"],
  ["oracle.db", "oracle"],
]);

/**
 * The dialect of a database system.
 *
 * @param system The value of `db.system.name` or `db.system`.
 */
export function sqlDialectOf(system: string | undefined): SqlDialect {
  return system === undefined ? "generic" : DIALECTS.get(system) ?? "generic";
}

/** How a dialect quotes and comments. */
export interface SqlRules {
  /** `\'` inside of a string does not end it. */
  readonly hasBackslashEscapes: boolean;
  /** `"text"` is a string and no identifier; `guess`: once a backtick has been seen. */
  readonly doubleQuotedStrings: boolean | "guess";
  /** `#` begins a comment; `guess`: at the start of a line. */
  readonly hasHashComments: boolean | "guess";
  /** `--` begins a comment only before white space. */
  readonly dashesNeedSpace: boolean;
  /** Comments can be nested; `guess`: if they are closed then. */
  readonly nestsComments: boolean | "guess";
  /** `$tag$text$tag$` is a string. */
  readonly hasDollarQuotes: boolean;
  /** `[name]` is an identifier; `guess`: if it cannot be a subscript. */
  readonly hasBrackets: boolean | "guess";
  /** `q'[text]'` is a string. */
  readonly hasQQuotes: boolean;
  /** `@name` is a parameter and `@` no operator. */
  readonly hasAtParameters: boolean;
}

const ANSI: SqlRules = {
  hasBackslashEscapes: false,
  doubleQuotedStrings: false,
  hasHashComments: false,
  dashesNeedSpace: false,
  nestsComments: false,
  hasDollarQuotes: false,
  hasBrackets: false,
  hasQQuotes: false,
  hasAtParameters: true,
};

/** The rules of each dialect. */
export const SQL_RULES: Readonly<Record<SqlDialect, SqlRules>> = {
  generic: {
    hasBackslashEscapes: true,
    doubleQuotedStrings: "guess",
    hasHashComments: "guess",
    dashesNeedSpace: false,
    nestsComments: "guess",
    hasDollarQuotes: true,
    hasBrackets: "guess",
    hasQQuotes: true,
    hasAtParameters: true,
  },
  postgresql: { ...ANSI, nestsComments: true, hasDollarQuotes: true, hasAtParameters: false },
  mysql: {
    ...ANSI,
    hasBackslashEscapes: true,
    doubleQuotedStrings: true,
    hasHashComments: true,
    dashesNeedSpace: true,
  },
  sqlserver: { ...ANSI, nestsComments: true, hasBrackets: true },
  sqlite: { ...ANSI, hasBrackets: true },
  oracle: { ...ANSI, hasQQuotes: true },
};
