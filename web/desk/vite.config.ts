import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig, type UserConfig, type UserConfigFnPromise } from 'vite'

import { elementStyles } from './build/elementStyles.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Where `npm run dev` finds the care server; another address by the variable CARE_URL. */
const care = process.env.CARE_URL ?? 'http://127.0.0.1:8080'

/** The build of one page of this code base: `desk` (here) or `studio` (the folder beside it). */
function page(name: 'desk' | 'studio', root: string): UserConfig {
  return {
    root: at(root),
    base: `/${name}/`,
    plugins: [vue(), elementStyles()],
    publicDir: at('./public'),
    resolve: { alias: { '@': at('./src') }, dedupe: ['vue', 'element-plus'] },
    build: {
      outDir: at(`../dist/${name}`),
      emptyOutDir: true,
      target: 'es2022',
      chunkSizeWarningLimit: 700,
    },
    server: {
      // The fake server answers these paths itself; otherwise they go to the care server.
      proxy: Object.fromEntries(
        apiPaths(name).map((path) => [path, { target: care, ws: true, changeOrigin: true, rewriteWsOrigin: true }]),
      ),
    },
  }
}

/** The API stands beside the page's own files, so only its paths go to the care server. */
function apiPaths(name: 'desk' | 'studio'): string[] {
  const desk = '^/desk/(login|logout|me|state|ws|conversations|presence|tickets)'
  return name === 'desk' ? [desk] : [desk, '^/studio/(sentences|model|inbox|data|drafts|publications|learn|jobs|models)(/|$|\\?)']
}

/** The configuration of a page: with the fake server in the mode `fake`, else against the real one. */
export function configOf(name: 'desk' | 'studio', root: string): UserConfigFnPromise {
  return async ({ mode }) => {
    if (mode !== 'fake') return page(name, root)
    const { fakeApi } = await import('./dev/fakeApi.ts')
    const { server: _, ...config } = page(name, root)
    return { ...config, plugins: [...(config.plugins ?? []), fakeApi()] }
  }
}

export default defineConfig(configOf('desk', '.'))
