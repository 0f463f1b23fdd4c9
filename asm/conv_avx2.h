// Rows of the tiles of conv_avx2_amd64.s: W with both registers of a row, N with
// one. Wl_h is a step of rows l … h−1 of a tile.

#define FMA2(A, T, C0, C1) VBROADCASTSS A, T; VFMADD231PS Y12, T, C0; VFMADD231PS Y13, T, C1
#define FMA1(A, T, C0) VBROADCASTSS A, T; VFMADD231PS Y12, T, C0

#define WROW0 FMA2((AX), Y15, Y0, Y1)
#define WROW1 FMA2((AX)(CX*1), Y15, Y2, Y3)
#define WROW2 FMA2((AX)(CX*2), Y15, Y4, Y5)
#define WROW3 FMA2((AX)(DX*1), Y15, Y6, Y7)
#define WROW4 FMA2((AX)(CX*4), Y15, Y8, Y9)
#define WROW5 FMA2((AX)(SI*1), Y15, Y10, Y11)
#define NROW0 FMA1((AX), Y15, Y0)
#define NROW1 FMA1((AX)(CX*1), Y15, Y1)
#define NROW2 FMA1((AX)(CX*2), Y15, Y2)
#define NROW3 FMA1((AX)(DX*1), Y15, Y3)
#define NROW4 FMA1((AX)(CX*4), Y15, Y4)
#define NROW5 FMA1((AX)(SI*1), Y15, Y5)
#define NROW6 FMA1((AX)(DX*2), Y15, Y6)
#define NROW7 FMA1((BX), Y15, Y7)
#define NROW8 FMA1((BX)(CX*1), Y15, Y8)
#define NROW9 FMA1((BX)(CX*2), Y15, Y9)
#define NROW10 FMA1((BX)(DX*1), Y15, Y10)
#define NROW11 FMA1((BX)(CX*4), Y15, Y11)
#define W0_1 WROW0
#define W0_2 W0_1; WROW1
#define W0_3 W0_2; WROW2
#define W0_4 W0_3; WROW3
#define W0_5 W0_4; WROW4
#define W0_6 W0_5; WROW5
#define W1_2 WROW1
#define W1_3 W1_2; WROW2
#define W1_4 W1_3; WROW3
#define W1_5 W1_4; WROW4
#define W1_6 W1_5; WROW5
#define W2_3 WROW2
#define W2_4 W2_3; WROW3
#define W2_5 W2_4; WROW4
#define W2_6 W2_5; WROW5
#define W3_4 WROW3
#define W3_5 W3_4; WROW4
#define W3_6 W3_5; WROW5
#define N0_1 NROW0
#define N0_2 N0_1; NROW1
#define N0_3 N0_2; NROW2
#define N0_4 N0_3; NROW3
#define N0_5 N0_4; NROW4
#define N0_6 N0_5; NROW5
#define N0_7 N0_6; NROW6
#define N0_8 N0_7; NROW7
#define N0_9 N0_8; NROW8
#define N0_10 N0_9; NROW9
#define N0_11 N0_10; NROW10
#define N0_12 N0_11; NROW11
#define N1_2 NROW1
#define N1_3 N1_2; NROW2
#define N1_4 N1_3; NROW3
#define N1_5 N1_4; NROW4
#define N1_6 N1_5; NROW5
#define N1_7 N1_6; NROW6
#define N1_8 N1_7; NROW7
#define N1_9 N1_8; NROW8
#define N1_10 N1_9; NROW9
#define N1_11 N1_10; NROW10
#define N1_12 N1_11; NROW11
#define N2_3 NROW2
#define N2_4 N2_3; NROW3
#define N2_5 N2_4; NROW4
#define N2_6 N2_5; NROW5
#define N2_7 N2_6; NROW6
#define N2_8 N2_7; NROW7
#define N2_9 N2_8; NROW8
#define N2_10 N2_9; NROW9
#define N2_11 N2_10; NROW10
#define N2_12 N2_11; NROW11
#define N3_4 NROW3
#define N3_5 N3_4; NROW4
#define N3_6 N3_5; NROW5
#define N3_7 N3_6; NROW6
#define N3_8 N3_7; NROW7
#define N3_9 N3_8; NROW8
#define N3_10 N3_9; NROW9
#define N3_11 N3_10; NROW10
#define N3_12 N3_11; NROW11

// The chains' start, the vector in Y0 and Y1 or C at R8, whose row stride is R9, and
// their end. M: under the masks of the columns.

#define COPY(C0, C1) VMOVAPS Y0, C0; VMOVAPS Y1, C1
#define LOAD(C0, C1) VMOVUPS (R8), C0; VMOVUPS 32(R8), C1; ADDQ R9, R8
#define LOADM(C0, C1) VMOVUPS (R8), C0; VMASKMOVPS 32(R8), Y14, C1; ADDQ R9, R8
#define STORE(C0, C1) VMOVUPS C0, (R8); VMOVUPS C1, 32(R8); ADDQ R9, R8
#define STOREM(C0, C1) VMOVUPS C0, (R8); VMASKMOVPS C1, Y14, 32(R8); ADDQ R9, R8
#define COPYN(C0) VMOVAPS Y0, C0
#define LOADN(C0) VMASKMOVPS (R8), Y14, C0; ADDQ R9, R8
#define STOREN(C0) VMASKMOVPS C0, Y14, (R8); ADDQ R9, R8
#define COPY1
#define COPY2 COPY(Y2, Y3)
#define COPY3 COPY2; COPY(Y4, Y5)
#define COPY4 COPY3; COPY(Y6, Y7)
#define COPY5 COPY4; COPY(Y8, Y9)
#define COPY6 COPY5; COPY(Y10, Y11)
#define LOAD1 LOAD(Y0, Y1)
#define LOAD2 LOAD1; LOAD(Y2, Y3)
#define LOAD3 LOAD2; LOAD(Y4, Y5)
#define LOAD4 LOAD3; LOAD(Y6, Y7)
#define LOAD5 LOAD4; LOAD(Y8, Y9)
#define LOAD6 LOAD5; LOAD(Y10, Y11)
#define LOADM1 LOADM(Y0, Y1)
#define LOADM2 LOADM1; LOADM(Y2, Y3)
#define LOADM3 LOADM2; LOADM(Y4, Y5)
#define LOADM4 LOADM3; LOADM(Y6, Y7)
#define LOADM5 LOADM4; LOADM(Y8, Y9)
#define LOADM6 LOADM5; LOADM(Y10, Y11)
#define STORE1 STORE(Y0, Y1)
#define STORE2 STORE1; STORE(Y2, Y3)
#define STORE3 STORE2; STORE(Y4, Y5)
#define STORE4 STORE3; STORE(Y6, Y7)
#define STORE5 STORE4; STORE(Y8, Y9)
#define STORE6 STORE5; STORE(Y10, Y11)
#define STOREM1 STOREM(Y0, Y1)
#define STOREM2 STOREM1; STOREM(Y2, Y3)
#define STOREM3 STOREM2; STOREM(Y4, Y5)
#define STOREM4 STOREM3; STOREM(Y6, Y7)
#define STOREM5 STOREM4; STOREM(Y8, Y9)
#define STOREM6 STOREM5; STOREM(Y10, Y11)
#define COPYN1
#define COPYN2 COPYN(Y1)
#define COPYN3 COPYN2; COPYN(Y2)
#define COPYN4 COPYN3; COPYN(Y3)
#define COPYN5 COPYN4; COPYN(Y4)
#define COPYN6 COPYN5; COPYN(Y5)
#define COPYN7 COPYN6; COPYN(Y6)
#define COPYN8 COPYN7; COPYN(Y7)
#define COPYN9 COPYN8; COPYN(Y8)
#define COPYN10 COPYN9; COPYN(Y9)
#define COPYN11 COPYN10; COPYN(Y10)
#define COPYN12 COPYN11; COPYN(Y11)
#define LOADN1 LOADN(Y0)
#define LOADN2 LOADN1; LOADN(Y1)
#define LOADN3 LOADN2; LOADN(Y2)
#define LOADN4 LOADN3; LOADN(Y3)
#define LOADN5 LOADN4; LOADN(Y4)
#define LOADN6 LOADN5; LOADN(Y5)
#define LOADN7 LOADN6; LOADN(Y6)
#define LOADN8 LOADN7; LOADN(Y7)
#define LOADN9 LOADN8; LOADN(Y8)
#define LOADN10 LOADN9; LOADN(Y9)
#define LOADN11 LOADN10; LOADN(Y10)
#define LOADN12 LOADN11; LOADN(Y11)
#define STOREN1 STOREN(Y0)
#define STOREN2 STOREN1; STOREN(Y1)
#define STOREN3 STOREN2; STOREN(Y2)
#define STOREN4 STOREN3; STOREN(Y3)
#define STOREN5 STOREN4; STOREN(Y4)
#define STOREN6 STOREN5; STOREN(Y5)
#define STOREN7 STOREN6; STOREN(Y6)
#define STOREN8 STOREN7; STOREN(Y7)
#define STOREN9 STOREN8; STOREN(Y8)
#define STOREN10 STOREN9; STOREN(Y9)
#define STOREN11 STOREN10; STOREN(Y10)
#define STOREN12 STOREN11; STOREN(Y11)

// Nine rows in three groups: all of them, without the first of each, without the last.

#define NNINE0 FMA1((AX), Y15, Y0); FMA1((AX)(CX*1), Y15, Y3); FMA1((AX)(CX*2), Y15, Y6)
#define NNINE1 FMA1(4(AX), Y15, Y1); FMA1(4(AX)(CX*1), Y15, Y4); FMA1(4(AX)(CX*2), Y15, Y7)
#define NNINE2 FMA1(8(AX), Y15, Y2); FMA1(8(AX)(CX*1), Y15, Y5); FMA1(8(AX)(CX*2), Y15, Y8)
#define NNINE NNINE0; NNINE1; NNINE2
#define NNINEF NNINE1; NNINE2
#define NNINEL NNINE0; NNINE1
