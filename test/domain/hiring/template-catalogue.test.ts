import assert from 'node:assert/strict';
import {
  defaultTemplateKey,
  templateCatalogue,
  templateRepository,
} from '../../../domain/hiring/template-catalogue.ts';

/** contracts/hiring.md section 5. */
const contract = [
  ['python-fastapi', 'python-fastapi', 'Python (FastAPI)'],
  ['node-express-ts', 'node-express-ts', 'Node.js (Express, TS)'],
  ['node-nest-ts', 'node-nest-ts', 'Node.js (NestJS, TS)'],
  ['java-springboot', 'java-springboot', 'Java (Spring Boot)'],
  ['go-gin', 'go-gin', 'Go (Gin)'],
  ['dotnet-webapi', 'dotnet-webapi', '.NET (Web API)'],
  ['monorepo-nextjs-nest', 'monorepo-nextjs-nest', 'Monorepo (Next.js + NestJS)'],
  ['monorepo-nextjs-fastapi', 'monorepo-nextjs-fastapi', 'Monorepo (Next.js + FastAPI)'],
  ['monorepo-react-express', 'monorepo-react-express', 'Monorepo (React + Express)'],
  ['monorepo-react-springboot', 'monorepo-react-springboot', 'Monorepo (React + Spring Boot)'],
  ['mobile-fullstack-expo-fastapi', 'monorepo-expo-fastapi', 'Mobile Fullstack (Expo + FastAPI)'],
  ['mobile-backend-fastapi', 'mobile-backend-fastapi', 'Mobile Backend (FastAPI)'],
  ['ml-backend-fastapi', 'ml-backend-fastapi', 'ML Backend (FastAPI)'],
  ['ml-infra-mlops', 'ml-infra-mlops', 'ML Infra / MLOps'],
] as const;

describe('the catalogue of templates', () => {
  it('has the contract’s keys, repositories and labels, and no other', () => {
    assert.deepEqual(
      Object.entries(templateCatalogue).map(([key, { label }]) => [key, templateRepository('o', key), label]),
      contract.map(([key, repository, label]) => [key, `o/tenon-template-${repository}`, label]),
    );
  });

  it('begins with its default', () => {
    assert.equal(defaultTemplateKey, Object.keys(templateCatalogue)[0]);
  });
});
