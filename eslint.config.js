import tseslint from 'typescript-eslint'

// Typed rules only where they catch what loses a rollback: a promise nobody awaits, a switch that forgot a case.
export default tseslint.config(
  {ignores: ['dist/', 'node_modules/', '.cache/', 'bin/', 'eslint.config.js']},
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', {considerDefaultExhaustiveForUnions: true}],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none'}],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', {prefer: 'type-imports', fixStyle: 'separate-type-imports'}],
      'no-console': 'error',
    },
  },
  {files: ['bench/**', 'scripts/**'], rules: {'no-console': 'off'}},
)
