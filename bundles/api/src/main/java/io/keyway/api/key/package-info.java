/**
 * The one type that holds keys. Everything secret in Keyway (IKE keys, ESP keys, pre-shared keys)
 * travels as {@link io.keyway.api.key.SecretBytes}, so that there is one place that wipes, and one
 * place that refuses to print.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.api.key;
