package io.keyway.northbound.osgi;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the northbound, PID {@code io.keyway.northbound}. */
@ObjectClassDefinition(
    id = NorthboundConfig.PID,
    name = "Keyway northbound",
    description = "The state tree that RESTCONF shows")
public @interface NorthboundConfig {

  /** Configuration PID. */
  String PID = "io.keyway.northbound";

  /** How often the state tree is brought up to date while nothing happens. */
  @AttributeDefinition(
      name = "State interval",
      description = "Seconds between two looks at the state",
      type = AttributeType.INTEGER,
      min = "1",
      max = "3600")
  int state_interval_seconds() default 2;
}
