/**
 * The way into Keyway from the network: OpenDaylight's datastore, RESTCONF operations,
 * notifications and mount points on one side, the services of the api on the other. The only
 * bundle, beside the generated bindings, that knows OpenDaylight.
 */
package io.keyway.northbound;
