package io.keyway.it.interop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test class whose methods take a {@link Lab}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(LabExtension.class)
@interface Interop {
  /**
   * Tag of classes in which a few seconds decide, such as the memory of a NAT: they run alone, all
   * others two at a time.
   */
  String ALONE = "alone";
}
