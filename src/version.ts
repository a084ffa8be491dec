/** The version of this package: that of package.json, which a test holds it to. Reading the file would cost start-up. */
export const VERSION = '0.1.0';
