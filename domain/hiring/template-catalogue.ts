interface CatalogueEntry {
  readonly label: string;
  /** The last part of the template repository's name, when it is not the key. */
  readonly repository?: string;
}

/** Template keys that a simulation may name: contracts/hiring.md section 5. */
export const templateCatalogue: Readonly<Record<string, CatalogueEntry>> = {
  'python-fastapi': { label: 'Python (FastAPI)' },
  'node-express-ts': { label: 'Node.js (Express, TS)' },
  'node-nest-ts': { label: 'Node.js (NestJS, TS)' },
  'java-springboot': { label: 'Java (Spring Boot)' },
  'go-gin': { label: 'Go (Gin)' },
  'dotnet-webapi': { label: '.NET (Web API)' },
  'monorepo-nextjs-nest': { label: 'Monorepo (Next.js + NestJS)' },
  'monorepo-nextjs-fastapi': { label: 'Monorepo (Next.js + FastAPI)' },
  'monorepo-react-express': { label: 'Monorepo (React + Express)' },
  'monorepo-react-springboot': { label: 'Monorepo (React + Spring Boot)' },
  'mobile-fullstack-expo-fastapi': { label: 'Mobile Fullstack (Expo + FastAPI)', repository: 'monorepo-expo-fastapi' },
  'mobile-backend-fastapi': { label: 'Mobile Backend (FastAPI)' },
  'ml-backend-fastapi': { label: 'ML Backend (FastAPI)' },
  'ml-infra-mlops': { label: 'ML Infra / MLOps' },
};

export const defaultTemplateKey = 'python-fastapi';

/** `owner/name` of a key's template repository, or `undefined` for a key that the catalogue does not have. */
export function templateRepository(owner: string, key: string): string | undefined {
  const entry = Object.hasOwn(templateCatalogue, key) ? templateCatalogue[key] : undefined;
  return entry && `${owner}/tenon-template-${entry.repository ?? key}`;
}
