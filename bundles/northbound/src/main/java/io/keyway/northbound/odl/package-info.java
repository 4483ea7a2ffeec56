/**
 * The configuration in OpenDaylight's datastore: paths, codecs, the listener and the commit cohort.
 * What changes from one train of OpenDaylight to the next is meant to change here only.
 */
package io.keyway.northbound.odl;
