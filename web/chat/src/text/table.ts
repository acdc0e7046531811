import { isRecord } from "../protocol/frames";

export interface Table {
  readonly title: string | null;
  readonly columns: readonly string[];
  /** Each as long as `columns`. */
  readonly rows: readonly (readonly string[])[];
  /** The closing row, as long as `columns`. */
  readonly total: readonly string[] | null;
  /** Per column: figures, to be set flush right. */
  readonly numeric: readonly boolean[];
}

const MOST_COLUMNS = 8;
const MOST_ROWS = 200;
/** "128.50", "-3", "¥1,280.00", "12.5 GB", "100%", "80元": what lines up by its last digit. */
const FIGURE = /^[-+−]?[¥￥]?\s?[-+−]?\d[\d,]*(\.\d+)?\s?(元|分钟|条|分|%|[KMGT]?B)?$/;

/**
 * The table in a message's `custom`, or null when there is none that can be shown.
 *
 * Shape: `{"table": {"title", "columns": […], "rows": [[…]], "total"?}}`; a `total` is a whole row
 * or just the figure of the last column.
 *
 * @param totalLabel stands in the first cell when `total` is just a figure
 */
export function parseTable(
  custom: Readonly<Record<string, unknown>> | null,
  totalLabel: string,
): Table | null {
  const raw = custom?.["table"];
  if (!isRecord(raw) || !Array.isArray(raw["columns"]) || !Array.isArray(raw["rows"])) return null;
  const columns = (raw["columns"] as unknown[]).slice(0, MOST_COLUMNS).map(cell);
  if (columns.length === 0) return null;
  const rows = (raw["rows"] as unknown[])
    .filter((row): row is unknown[] => Array.isArray(row))
    .slice(0, MOST_ROWS)
    .map((row) => columns.map((_, at) => cell(row[at])));
  const total = parseTotal(raw["total"], columns.length, totalLabel);
  const body = total === null ? rows : [...rows, total];
  return {
    title: cell(raw["title"]) || null,
    columns,
    rows,
    total,
    numeric: columns.map((_, at) => {
      const cells = body.map((row) => row[at] as string).filter((text) => text !== "");
      return at > 0 && cells.length > 0 && cells.every((text) => FIGURE.test(text));
    }),
  };
}

function parseTotal(value: unknown, width: number, label: string): string[] | null {
  if (Array.isArray(value)) return Array.from({ length: width }, (_, at) => cell(value[at]));
  const figure = cell(value);
  if (figure === "") return null;
  if (width === 1) return [`${label} ${figure}`];
  return Array.from({ length: width }, (_, at) =>
    at === 0 ? label : at === width - 1 ? figure : "",
  );
}

function cell(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
