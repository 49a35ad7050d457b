/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/evp.h>

#include "combination.h"

static const uint8_t beginning[] = {
    0x2e, 0x71, 0xf6, 0x62, 0x0b, 0xc6, 0x54, 0xce, 0xd4, 0x94, 0xe5, 0xec, 0x34, 0xfe, 0x03, 0xc8};

bool
combination_code(const char *card_number, const uint8_t installation[INSTALLATION_SIZE],
    uint8_t code[COMBINATION_SIZE])
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool made = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(hash, beginning, sizeof(beginning)) == 1 &&
		    EVP_DigestUpdate(hash, card_number, strlen(card_number)) == 1 &&
		    EVP_DigestUpdate(hash, installation, INSTALLATION_SIZE) == 1 &&
		    EVP_DigestFinal_ex(hash, code, NULL) == 1;

	EVP_MD_CTX_free(hash);
	return made;
}
