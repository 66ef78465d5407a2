/** For tests of TLS: a certificate of `localhost` and 127.0.0.1 that signs itself, valid until 2126, and its key. It protects nothing. */
export const localCertificate: string = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUA+mO6GP/VfJcnPEz5djRxnK9JIswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDA4NTU0NloYDzIxMjYxMDMx
MDg1NTQ2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASbkzo6WZRb+O95huCE+JlOTmsqpjoRqHMkJw0YHljNx1eTlU0RWGAy
3Hxtofy7NtAao+BbMJd7y6PCpEMFuexeo28wbTAdBgNVHQ4EFgQUIqG1HFRBvSfv
21BjJV3REp2p01cwHwYDVR0jBBgwFoAUIqG1HFRBvSfv21BjJV3REp2p01cwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgFOtca+TbNBfeK3iXuhjw0NsIB6XVopuaSs+C5N4YfFQCIDQX
82XGDgHDgA2kCf3OGBNquujVLPb+66HQWNhpisE0
-----END CERTIFICATE-----
`;

export const localCertificateKey: string = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFx/B8CgKM8oEkPcW
qZe1B7yzcNSqenHV+j25d3xiCiahRANCAASbkzo6WZRb+O95huCE+JlOTmsqpjoR
qHMkJw0YHljNx1eTlU0RWGAy3Hxtofy7NtAao+BbMJd7y6PCpEMFuexe
-----END PRIVATE KEY-----
`;
