import { ApiProblem, type components } from '@longshore/api-client';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Language } from '../i18n/messages.ts';
import { api, setCsrfToken } from './client.ts';

/** Who is signed in with this browser. */
export type Me = components['schemas']['Me'];

/** `GET /me`; null when nobody is signed in, or has to set up a second factor before. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: 60_000,
  // Somebody may come back from another tab, in which the session has ended or begun.
  refetchOnWindowFocus: 'always',
  queryFn: async (): Promise<Me | null> => {
    try {
      const { data } = await api.GET('/api/v1/me');
      setCsrfToken(data?.csrfToken);
      return data ?? null;
    } catch (error) {
      if (!(error instanceof ApiProblem) || (error.status !== 401 && error.status !== 403)) throw error;
      setCsrfToken(undefined);
      return null;
    }
  },
});

/** Who is signed in; null: nobody, undefined: not known yet. */
export function useMe(): Me | null | undefined {
  return useQuery(meQuery).data;
}

/**
 * Who is signed in, or was when this part of the page appeared: what somebody sees and is filling in stays when their session ends. When another
 * person signs in, the page begins anew by itself.
 */
export function useLastMe(): Me | null | undefined {
  const me = useMe();
  const [last, setLast] = useState(me);
  if (me && me !== last) setLast(me);
  return me ?? last ?? me;
}

/** Where to sign in, in this language; it leads back to `returnTo`, which is this page unless told. */
export function signInPath(language: Language, returnTo = window.location.pathname + window.location.search): string {
  const query = new URLSearchParams({ lang: language === 'zh-CN' ? 'zh' : 'en', returnTo });
  return `/auth/sign-in?${query.toString()}`;
}
