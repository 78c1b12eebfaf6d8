import { defineConfig } from '@playwright/test';
import config from './playwright.config';

/** Contact sheets: pictures of every page, in `artifacts/contact-sheets`, for people to look at. */
export default defineConfig({
  ...config,
  projects: config.projects?.map((project) => ({
    ...project,
    testMatch: `**/*.${project.name}.sheet.ts`,
  })),
});
