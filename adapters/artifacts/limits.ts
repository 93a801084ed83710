const mebibyte = 1024 * 1024;

/** How much of an artifact is read before it is refused. Candidates make artifacts: each number bounds memory or time. */
export type ArtifactLimits = {
  /** The zip as downloaded. */
  zipBytes: number;
  entries: number;
  /** All entries together, as declared and as really inflated. */
  totalBytes: number;
  /** One entry that is read. */
  entryBytes: number;
  /** Inflated over compressed, for entries that declare more than `ratioFromBytes`. */
  ratio: number;
  ratioFromBytes: number;
  pathChars: number;
  /** Files looked into for the three counts when the preferred file is absent. */
  jsonFiles: number;
  jsonDepth: number;
  /** Values in one JSON file: an empty object costs thirty times its two bytes. */
  jsonValues: number;
  /** One report, and all together: parsing goes at about 9 MB/s on the event loop, which is free between reports. */
  xmlBytes: number;
  xmlTotalBytes: number;
  /** Looked through for the root element, which tells reports of tests from other XML. */
  xmlPrologChars: number;
  xmlDepth: number;
  xmlElements: number;
  /** In one report, and in one element: the parser is slow on objects with very many keys. */
  xmlAttributes: number;
  xmlElementAttributes: number;
  /** Test cases of all reports together. */
  cases: number;
  /** Kept of stdout and of stderr each, UTF-16 units; replies cut further. */
  outputChars: number;
  /** Kept of `summary`, as JSON. */
  summaryChars: number;
};

export const artifactLimits: ArtifactLimits = {
  zipBytes: 20 * mebibyte,
  entries: 2_000,
  totalBytes: 50 * mebibyte,
  entryBytes: 20 * mebibyte,
  ratio: 200,
  ratioFromBytes: mebibyte,
  pathChars: 1_024,
  jsonFiles: 100,
  jsonDepth: 64,
  jsonValues: 500_000,
  xmlBytes: 5 * mebibyte,
  xmlTotalBytes: 20 * mebibyte,
  xmlPrologChars: 65_536,
  xmlDepth: 64,
  xmlElements: 200_000,
  xmlAttributes: 400_000,
  xmlElementAttributes: 100,
  cases: 100_000,
  outputChars: 100_000,
  summaryChars: 65_536,
};
