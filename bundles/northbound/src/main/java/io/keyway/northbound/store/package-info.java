/** The store of the configuration, over a datastore that it does not know. */
package io.keyway.northbound.store;
