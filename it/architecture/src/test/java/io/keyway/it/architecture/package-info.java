/** The rules of docs/architecture.md, checked on the classes and manifests that the build made. */
package io.keyway.it.architecture;
