#include "support/tls_peer.h"

#include <microhttpd.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct tls_peer {
    struct MHD_Daemon *daemon;
    char key[4096];
    char certificate[4096];
    char url[64];
    atomic_size_t requests;
};

static void must(bool ok, const char *what) {
    if (!ok) {
        perror(what);
        abort();
    }
}

static void keep_pem(BIO *bio, char *text, size_t size) {
    int len = BIO_read(bio, text, (int)size - 1);
    must(len > 0, "BIO_read");
    text[len] = '\0';
    BIO_free(bio);
}

static void make_certificate(struct tls_peer *peer) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    must(key && certificate, "openssl");
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"127.0.0.1", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *address = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    must(address && X509_add_ext(certificate, address, -1) == 1, "subjectAltName");
    X509_EXTENSION_free(address);
    X509_set_pubkey(certificate, key);
    must(X509_sign(certificate, key, EVP_sha256()) > 0, "X509_sign");
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    keep_pem(bio, peer->certificate, sizeof peer->certificate);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    keep_pem(bio, peer->key, sizeof peer->key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **request) {
    (void)url;
    (void)method;
    (void)version;
    (void)data;
    (void)size;
    (void)request;
    struct tls_peer *peer = context;
    atomic_fetch_add(&peer->requests, 1);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

struct tls_peer *tls_peer_start(void) {
    struct tls_peer *peer = calloc(1, sizeof *peer);
    must(peer != NULL, "calloc");
    make_certificate(peer);
    peer->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL,
                                    answer, peer, MHD_OPTION_HTTPS_MEM_KEY, peer->key,
                                    MHD_OPTION_HTTPS_MEM_CERT, peer->certificate, MHD_OPTION_END);
    must(peer->daemon != NULL, "MHD_start_daemon");
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(peer->daemon, MHD_DAEMON_INFO_BIND_PORT);
    must(info != NULL, "MHD_get_daemon_info");
    snprintf(peer->url, sizeof peer->url, "https://127.0.0.1:%d/", (int)info->port);
    return peer;
}

void tls_peer_stop(struct tls_peer *peer) {
    MHD_stop_daemon(peer->daemon);
    free(peer);
}

const char *tls_peer_url(const struct tls_peer *peer) {
    return peer->url;
}

size_t tls_peer_requests(struct tls_peer *peer) {
    return atomic_load(&peer->requests);
}
