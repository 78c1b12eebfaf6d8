import { defineConfig } from '@playwright/test';
import config from './playwright.config';

/**
 * What takes longer than `npm test` may: walks over every page, and contact sheets, pictures of every page in
 * `artifacts/contact-sheets` for people to look at.
 */
export default defineConfig({
  ...config,
  projects: config.projects?.map((project) => ({
    ...project,
    testMatch: `**/*.${project.name}.{long,sheet}.ts`,
  })),
});
