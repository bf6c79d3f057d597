import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
  {
    ignores: [
      'dist/',
      '.first-view/',
      '.vite/',
      'node_modules/',
      'src/lib/api/schema.ts',
      'test-results/',
      'playwright-report/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    rules: {
      // The compiler and svelte-check know better than a rule without types.
      'no-undef': 'off',
      // The API leaves out a field or sends null; `== null` is both.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // What a dialog asks about is there while it is open, and an index from the array's own length is in it: the compiler cannot know.
    files: ['src/control/**', 'e2e/control/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
