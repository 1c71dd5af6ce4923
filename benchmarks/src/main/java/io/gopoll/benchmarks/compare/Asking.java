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
package io.gopoll.benchmarks.compare;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.gopoll.benchmarks.compare.Workload.Service;
import io.gopoll.net.Conn;
import io.gopoll.net.Net;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** How one connection of a server asks its {@link Backend}; the thread waits for the answer. */
interface Asking {

    /** As a {@code java.net.Socket}, what is configured with it makes sockets of GoPoll's. */
    String GOPOLL_SOCKETS = "io.gopoll.net.GoPollSocketFactory";

    /** Connections to the database, for all connections of a server. */
    int POOL = 16;

    /** In place of the question stands the answer then. */
    void ask(ByteBuf message) throws IOException, SQLException;

    default void close() throws IOException {}

    /** Makes one for each connection. */
    interface Opener {
        Asking open() throws IOException;
    }

    /**
     * @param address the backend's
     * @param conns by sockets of GoPoll's, not the JDK's
     */
    static Opener opener(Service service, String address, boolean conns) {
        if (service == Service.JDBC) {
            Database database = new Database(address, conns);
            return () -> message -> database.selectOne();
        }
        return conns ? () -> new OfConn(address) : () -> new OfSocket(address);
    }

    /** {@code java.net.Socket}. */
    final class OfSocket implements Asking {

        private static final int LARGEST = 64 << 10;

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private final byte[] bytes = new byte[LARGEST];

        OfSocket(String address) throws IOException {
            int colon = address.indexOf(':');
            socket =
                    new Socket(
                            address.substring(0, colon),
                            Integer.parseInt(address.substring(colon + 1)));
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
            out = socket.getOutputStream();
        }

        @Override
        public void ask(ByteBuf message) throws IOException {
            int length = message.readableBytes();
            message.getBytes(message.readerIndex(), bytes, 0, length);
            out.write(bytes, 0, length);
            if (in.readNBytes(bytes, 0, length) < length) {
                throw new EOFException("the backend has ended");
            }
            message.setBytes(message.readerIndex(), bytes, 0, length);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** {@code io.gopoll.net.Conn}. */
    final class OfConn implements Asking {

        private final Conn conn;

        OfConn(String address) throws IOException {
            conn = Net.dial("tcp", address);
        }

        @Override
        public void ask(ByteBuf message) throws IOException {
            ByteBuffer question = message.nioBuffer();
            while (question.hasRemaining()) {
                conn.write(question);
            }
            ByteBuffer answer = message.nioBuffer();
            while (answer.hasRemaining()) {
                if (conn.read(answer) < 0) {
                    throw new EOFException("the backend has ended");
                }
            }
        }

        @Override
        public void close() {
            conn.close();
        }
    }

    /** PostgreSQL, through a pool. */
    final class Database {

        private final HikariDataSource pool;

        Database(String address, boolean conns) {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl("jdbc:postgresql://" + address + "/postgres");
            config.setUsername(Postgres.USER);
            config.setMaximumPoolSize(POOL);
            if (conns) {
                config.addDataSourceProperty("socketFactory", GOPOLL_SOCKETS);
            }
            pool = new HikariDataSource(config);
        }

        void selectOne() throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement statement = connection.prepareStatement("SELECT 1");
                    ResultSet result = statement.executeQuery()) {
                if (!result.next() || result.getInt(1) != 1) {
                    throw new SQLException("SELECT 1 does not give 1");
                }
            }
        }
    }
}
