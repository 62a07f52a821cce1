import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App } from 'antd';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { AppearanceProvider } from './app/appearance.tsx';
import { watchMissingPages } from './app/missing-pages.ts';
import { router } from './app/router.tsx';
import { LanguageProvider } from './i18n/language.tsx';

/** Long enough to read a digest, and for whoever reads slowly. */
const messageSeconds = 6;

watchMissingPages();
const root = document.getElementById('root');
if (root === null) throw new TypeError('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <AppearanceProvider>
        <QueryClientProvider client={queryClient}>
          <App component={false} message={{ duration: messageSeconds }}>
            <RouterProvider router={router} />
          </App>
        </QueryClientProvider>
      </AppearanceProvider>
    </LanguageProvider>
  </StrictMode>,
);
