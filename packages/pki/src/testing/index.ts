/** The contract suite of certificate plugins. @packageDocumentation */
export { describeCertificatePlugin } from './describe-certificate-plugin.ts';
export type { PluginFeature, PluginFeatures, PluginSetup, PluginUnderTest } from './plugin-under-test.ts';
