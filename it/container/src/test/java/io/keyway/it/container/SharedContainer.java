package io.keyway.it.container;

import io.keyway.it.kit.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One container for all classes that leave it as they found it: a start costs some twenty seconds.
 * It has the native crypto providers, which others have not.
 */
final class SharedContainer implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedContainer.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Container.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent("container", key -> start(), Container.class);
  }

  private static Container start() {
    try {
      Distribution distribution = Archive.unpack();
      distribution.boot("keyway-emulator");
      for (Path jar : NativeProviders.jars()) {
        Files.copy(jar, distribution.home().resolve("lib/boot").resolve(jar.getFileName()));
      }
      Container.A.device(distribution, "container");
      Container.B.device(distribution, "container");
      return Container.start(distribution);
    } catch (IOException e) {
      throw new ParameterResolutionException("the container did not start", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ParameterResolutionException("interrupted while the container started", e);
    }
  }
}
