/*
 * Copyright 2026 The GoPoll Project
 *
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *   https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package io.gopoll.sys;

/** How the flags of the JVM that allow something to a module name the one that a class is in. */
public final class ModuleName {

    private ModuleName() {}

    /**
     * For {@code --enable-native-access} and {@code --add-opens}.
     *
     * @return {@code ALL-UNNAMED} on the class path
     */
    public static String of(Class<?> type) {
        Module module = type.getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    /** As {@link #of(Class)} of a class that may not be there, and that is not initialised. */
    static String of(String className) {
        try {
            return of(Class.forName(className, false, ModuleName.class.getClassLoader()));
        } catch (ClassNotFoundException | LinkageError e) {
            return "ALL-UNNAMED";
        }
    }
}
