import type { Feature } from '../feature.ts';
import type { FileSource } from './file-bytes.ts';
import type { ReferrerSource } from './referrer-routes.ts';

/** What the feature needs. */
export interface InspectionFeatureDeps extends FileSource {
  readonly registry: FileSource['registry'] & ReferrerSource;
}

/** Looking into images: what they are made of, what refers to them, and the files in them. Whoever may pull one may look into it. */
export function inspection(deps: InspectionFeatureDeps): Feature {
  return {
    name: 'inspection',
    routes: async () => {
      const [{ imageRoute }, { referrerRoute }, { layerRoutes }, { imageFileRoutes }] = await Promise.all([
        import('./image-routes.ts'),
        import('./referrer-routes.ts'),
        import('./layer-routes.ts'),
        import('./image-file-routes.ts'),
      ]);
      return [imageRoute(deps.registry), referrerRoute(deps.registry), ...layerRoutes(deps), ...imageFileRoutes(deps)];
    },
  };
}
